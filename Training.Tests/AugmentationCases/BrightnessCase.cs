using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class BrightnessCase : AugmentationCase
{
    public override Type Kind => typeof(Brightness);

    public override string RecordedSha256 => "e3f2918e7f06e6ae0f4501015b23becbd0cbb20eac0606e0e3afb88bbb4b55e0";

    public override AugmentationSpec Draw(int number) => new Brightness { Amount = (1 + number) / 6.0 };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x) =>
        x.Map(value => value + (2 * chance.Uniform(0) - 1) * ((Brightness)augmentation).Amount);
}
