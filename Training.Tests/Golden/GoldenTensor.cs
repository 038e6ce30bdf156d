using System.Numerics;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Golden;

/// <summary>One expected or actual value: any shape ([] is a scalar), numbers in row-major order, as double whatever they were.</summary>
/// <param name="Shape">Extents; those of 1 at the end do not tell shapes apart, so that (N, D) and (N, D, 1, 1) are one.</param>
/// <param name="Values">The numbers.</param>
internal sealed record GoldenTensor(long[] Shape, double[] Values)
{
    /// <summary>Labels and indices.</summary>
    public int[] Integers => [.. Values.Select(value => (int)value)];

    /// <summary>The numbers in the precision of T.</summary>
    public T[] Numbers<T>()
        where T : IFloatingPointIeee754<T> => [.. Values.Select(T.CreateChecked)];

    /// <summary>As images, filters or rows; missing extents are 1.</summary>
    public Tensor4<T> Images<T>()
        where T : IFloatingPointIeee754<T>
    {
        int Extent(int axis) => axis < Shape.Length ? (int)Shape[axis] : 1;
        return new(Extent(0), Extent(1), Extent(2), Extent(3), Numbers<T>());
    }

    /// <summary>The part at <paramref name="index"/> of the first extent.</summary>
    public GoldenTensor this[int index]
    {
        get
        {
            int length = Values.Length / (int)Shape[0];
            return new(Shape[1..], Values[(index * length)..((index + 1) * length)]);
        }
    }

    /// <summary>Equal shapes one after the other, under a new first extent.</summary>
    public static GoldenTensor Stack(IReadOnlyList<GoldenTensor> parts) =>
        new([parts.Count, .. parts[0].Shape], [.. parts.SelectMany(part => part.Values)]);

    /// <summary>Numbers of T in that shape.</summary>
    public static GoldenTensor From<T>(T[] values, params long[] shape)
        where T : IFloatingPointIeee754<T> => new(shape, [.. values.Select(double.CreateChecked)]);

    /// <summary>A vector.</summary>
    public static GoldenTensor From<T>(T[] values)
        where T : IFloatingPointIeee754<T> => From(values, values.Length);

    /// <summary>Images, filters or rows.</summary>
    public static GoldenTensor From<T>(Tensor4<T> values)
        where T : IFloatingPointIeee754<T> => From(values.Data, values.N, values.C, values.H, values.W);

    /// <summary>A scalar.</summary>
    public static GoldenTensor From(double value) => new([], [value]);
}
