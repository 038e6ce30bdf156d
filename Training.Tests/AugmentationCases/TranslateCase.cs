using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class TranslateCase : AugmentationCase
{
    public override Type Kind => typeof(Translate);

    public override string RecordedSha256 => "d17c040e8618b3e81f6a709199916830bec5681d17281abf809db94c5efad00a";

    public override AugmentationSpec Draw(int number) => new Translate { Pixels = 1 + number };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        int pixels = ((Translate)augmentation).Pixels, down = chance.Whole(0, -pixels, pixels), right = chance.Whole(1, -pixels, pixels);
        return Image(x, (c, i, j) => x[0, c, Inside(i - down, x.H), Inside(j - right, x.W)]);
    }

    // Mirrored at the edges until it is inside.
    private static int Inside(int place, int length)
    {
        while (length > 1 && (place < 0 || place >= length)) place = place < 0 ? -place : 2 * (length - 1) - place;
        return length > 1 ? place : 0;
    }
}
