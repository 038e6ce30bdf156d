using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class BrightnessCase : AugmentationCase
{
    public override Type Kind => typeof(Brightness);

    public override string RecordedSha256 => "902fa9072871d2cbdfbfe065b05e2dedd023b4d15252bd57c2a215f222e4c5a1";

    public override AugmentationSpec Draw(int number) => new Brightness { Amount = (1 + number) / 6.0 };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x) =>
        x.Map(value => value + (2 * chance.Uniform(0) - 1) * ((Brightness)augmentation).Amount);
}
