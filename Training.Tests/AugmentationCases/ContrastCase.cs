using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class ContrastCase : AugmentationCase
{
    public override Type Kind => typeof(Contrast);

    public override string RecordedSha256 => "7b24f032bebe28993521cba0ced9e2544b4249bfd18ec85a15db08d58d308d71";

    public override AugmentationSpec Draw(int number) => new Contrast { Amount = (1 + number) / 12.0 };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        double mean = x.Data.Average(), factor = 1 + (2 * chance.Uniform(0) - 1) * ((Contrast)augmentation).Amount;
        return x.Map(value => mean + factor * (value - mean));
    }
}
