using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class ContrastCase : AugmentationCase
{
    public override Type Kind => typeof(Contrast);

    public override string RecordedSha256 => "63cb83325b9c1138b44444a4c7b656918a237cd972b3ceee505612e4677712b2";

    public override AugmentationSpec Draw(int number) => new Contrast { Amount = (1 + number) / 12.0 };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        double mean = x.Data.Average(), factor = 1 + (2 * chance.Uniform(0) - 1) * ((Contrast)augmentation).Amount;
        return x.Map(value => mean + factor * (value - mean));
    }
}
