"""Two verifiers of bundles for whoever has no Xiaohu: neither uses the other, nor anything of ours."""
