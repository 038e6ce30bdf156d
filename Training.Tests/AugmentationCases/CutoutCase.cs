using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class CutoutCase : AugmentationCase
{
    public override Type Kind => typeof(Cutout);

    public override string RecordedSha256 => "9d1008b5b56337e2899d84defa53cac17da71753d59fa8de16ee457d1dc82672";

    public override AugmentationSpec Draw(int number) => new Cutout { Size = 1 + number };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        int size = ((Cutout)augmentation).Size, top = chance.Whole(0, 0, x.H - 1) - size / 2, left = chance.Whole(1, 0, x.W - 1) - size / 2;
        return Image(x, (c, i, j) => i >= top && i < top + size && j >= left && j < left + size ? 0 : x[0, c, i, j]);
    }
}
