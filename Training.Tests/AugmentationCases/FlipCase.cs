using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class FlipCase : AugmentationCase
{
    public override Type Kind => typeof(Flip);

    public override string RecordedSha256 => "3e1b6399a49fdbd5f0cd2485ed350d81d4b6e9f0fef2de145ce12bc1f737062f";

    public override AugmentationSpec Draw(int number) => new Flip { Mode = (FlipMode)(number % 2) };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        bool firstHalf = chance.UniformOfImage(0) < 0.5, even = chance.Epoch % 2 == 0;
        bool mirrored = ((Flip)augmentation).Mode == FlipMode.Random ? chance.Uniform(0) < 0.5 : firstHalf == even;
        return mirrored ? Image(x, (c, i, j) => x[0, c, i, x.W - 1 - j]) : x;
    }
}
