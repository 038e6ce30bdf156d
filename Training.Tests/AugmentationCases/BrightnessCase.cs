using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class BrightnessCase : AugmentationCase
{
    public override Type Kind => typeof(Brightness);

    public override string RecordedSha256 => "5972c3f1175e0dcf1052e6657d3d0a52932b1efc1a6854ecd682bb2c071c2c1f";

    public override AugmentationSpec Draw(int number) => new Brightness { Amount = (1 + number) / 6.0 };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x) =>
        x.Map(value => value + (2 * chance.Uniform(0) - 1) * ((Brightness)augmentation).Amount);
}
