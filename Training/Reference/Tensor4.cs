using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// Numbers with four extents in row-major order: images (N, C, H, W), filters (F, C, HH, WW), or, with H = W = 1, rows (N, D) and the
/// weights (D, M) of an affine layer. The reference layers make fresh ones and never write into those they are given.
/// </summary>
/// <param name="n">First extent: images, filters or rows.</param>
/// <param name="c">Second extent: channels or features.</param>
/// <param name="h">Third extent: height.</param>
/// <param name="w">Fourth extent: width.</param>
/// <param name="data">The n * c * h * w numbers; shared, not copied.</param>
internal sealed class Tensor4<T>(int n, int c, int h, int w, T[] data)
    where T : IFloatingPointIeee754<T>
{
    /// <summary>All extents 0 or more, all numbers 0.</summary>
    public Tensor4(int n, int c, int h, int w)
        : this(n, c, h, w, new T[n * c * h * w])
    {
    }

    /// <summary>Rows (N, D) around <paramref name="data"/>.</summary>
    public static Tensor4<T> Rows(int n, int d, T[] data) => new(n, d, 1, 1, data);

    /// <summary>First extent: images, filters or rows.</summary>
    public int N => n;

    /// <summary>Second extent: channels or features.</summary>
    public int C => c;

    /// <summary>Third extent: height.</summary>
    public int H => h;

    /// <summary>Fourth extent: width.</summary>
    public int W => w;

    /// <summary>Numbers per image: D = C * H * W.</summary>
    public int D => c * h * w;

    /// <summary>All numbers, last index fastest.</summary>
    public T[] Data { get; } = data.Length == n * c * h * w
        ? data
        : throw new ArgumentException($"{data.Length} numbers cannot have the extents ({n}, {c}, {h}, {w}).", nameof(data));

    /// <summary>The number at image, channel, row and column.</summary>
    public T this[int image, int channel, int row, int column]
    {
        get => Data[((image * c + channel) * h + row) * w + column];
        set => Data[((image * c + channel) * h + row) * w + column] = value;
    }

    /// <summary>The number at row and feature of (N, D): an image is a row whose features run in the order (C, H, W).</summary>
    public T this[int row, int feature]
    {
        get => Data[row * D + feature];
        set => Data[row * D + feature] = value;
    }

    /// <summary>A tensor of the same extents, all numbers 0.</summary>
    public Tensor4<T> Zeros() => new(n, c, h, w);

    /// <summary>f of each number.</summary>
    public Tensor4<T> Map(Func<T, T> f) => new(n, c, h, w, [.. Data.Select(f)]);

    /// <summary>f of each number and the one at the same place of <paramref name="other"/>, which has as many.</summary>
    public Tensor4<T> Zip(Tensor4<T> other, Func<T, T, T> f) => other.Data.Length == Data.Length
        ? new(n, c, h, w, [.. Data.Zip(other.Data, f)])
        : throw new ArgumentException($"{other.Data.Length} numbers do not pair with {Data.Length}.", nameof(other));
}
