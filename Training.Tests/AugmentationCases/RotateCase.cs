using CnnService.Training.Augmentations;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.AugmentationCases;

internal sealed class RotateCase : AugmentationCase
{
    public override Type Kind => typeof(Rotate);

    public override string RecordedSha256 => "7adc76fd382f30339e44eddf01739de74731e95a28834a192361d0c48dc78f4d";

    public override AugmentationSpec Draw(int number) => new Rotate { Degrees = 15 * (1 + number) };

    public override Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x)
    {
        double angle = (2 * chance.Uniform(0) - 1) * ((Rotate)augmentation).Degrees * Math.PI / 180;
        return Image(x, (c, i, j) =>
        {
            double y = i - (x.H - 1) / 2.0, z = j - (x.W - 1) / 2.0;
            double row = Math.Clamp(Math.Cos(angle) * y - Math.Sin(angle) * z + (x.H - 1) / 2.0, 0, x.H - 1);
            double column = Math.Clamp(Math.Sin(angle) * y + Math.Cos(angle) * z + (x.W - 1) / 2.0, 0, x.W - 1);
            double sum = 0; // each pixel counts by its nearness
            for (int k = (int)row; k <= Math.Min((int)row + 1, x.H - 1); k++)
                for (int l = (int)column; l <= Math.Min((int)column + 1, x.W - 1); l++)
                    sum += Math.Max(0, 1 - Math.Abs(row - k)) * Math.Max(0, 1 - Math.Abs(column - l)) * x[0, c, k, l];
            return sum;
        });
    }
}
