from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_recipients_and_what_became_of_messages")]

    operations = [
        migrations.CreateModel(
            name="NoticeTemplate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("operator", models.CharField(max_length=32)),
                ("notice", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=8)),
                ("language", models.CharField(max_length=8)),
                ("version", models.CharField(max_length=12)),
                ("text", models.TextField()),
                ("published_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="noticetemplate",
            index=models.Index(
                fields=["operator", "notice", "channel", "language", "-id"],
                name="words_of_an_operator",
            ),
        ),
    ]
