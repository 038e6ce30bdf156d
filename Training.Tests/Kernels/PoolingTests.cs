using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using Convolution = CnnService.Training.Layers.Convolution;

namespace CnnService.Training.Tests.Kernels;

/// <summary>
/// Whose gradient it is, by itself and when a convolution pools as it writes: the first of the largest numbers wins a window, and NaN wins over
/// numbers.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class PoolingTests
{
    private const float NaN = float.NaN, Infinity = float.PositiveInfinity;

    public static TheoryData<float[], int> Windows => new()
    {
        { [1, 1, 1, 1], 0 },
        { [0, 2, 2, 1], 1 },
        { [0, 1, 2, 2], 2 },
        { [0, 1, 2, 3], 3 },
        { [-1, -2, -1, -3], 0 },
        { [0, -0f, 0, -0f], 0 },
        { [-Infinity, -Infinity, -Infinity, -Infinity], 0 },
        { [1, Infinity, Infinity, 0], 1 },
        { [NaN, Infinity, 1, 1], 0 },
        { [Infinity, NaN, 1, 1], 1 },
        { [1, 2, 3, NaN], 3 },
        { [1, NaN, NaN, 9], 1 },
        { [NaN, NaN, NaN, NaN], 0 },
    };

    [Theory]
    [MemberData(nameof(Windows))]
    public void Forward_OneWindow_IsWonByTheFirstLargest(float[] x, int winner)
    {
        float[] y = new float[1], dx = [9, 9, 9, 9];
        int[] argmax = [-1];

        Pooling.Forward(x, new PoolingSize(2, 2, 2, 2, 1, 1), y, argmax);
        Pooling.Backward([5], argmax, dx);

        Assert.Equal(x[winner], y[0]);
        Assert.Equal([.. Enumerable.Range(0, 4).Select(i => i == winner ? 5f : 0)], dx);
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void FusedConvolution_OneWindow_IsWonByTheFirstLargest(float[] x, int winner)
    {
        var fast = new FastLayers(new Shape(1, 2, 2), new Convolution { Filters = 1, Size = 1, Bias = false }, new MaxPool { Size = 2 });
        fast.Set("0.weight", [1]);

        Tensor4<float> y = fast.Run(new Tensor4<float>(1, 1, 2, 2, x), training: true, new Tensor4<float>(1, 1, 1, 1, [5]));

        Assert.Equal(x[winner], y.Data[0]);
        Assert.Equal([.. Enumerable.Range(0, 4).Select(i => i == winner ? 5f : 0)], fast.Dx!.Data);
    }

    [Fact]
    public void Backward_OverlappingWindows_AddUp()
    {
        float[] x = [1, 9, 1], y = new float[2], dx = new float[3];
        int[] argmax = new int[2];

        Pooling.Forward(x, new PoolingSize(3, 1, 2, 1, 1, 2), y, argmax);
        Pooling.Backward([2, 3], argmax, dx);

        Assert.Equal([9, 9], y);
        Assert.Equal([0, 5, 0], dx);
    }

    [Fact]
    public void Forward_NobodyAsksForWinners_GivesTheSame()
    {
        float[] y = new float[1];

        Pooling.Forward([1, 4, 3, 2], new PoolingSize(2, 2, 2, 2, 1, 1), y, []);

        Assert.Equal([4], y);
    }

    [Theory]
    [InlineData(16, 3, 4)]
    [InlineData(16, 5, 4)]
    [InlineData(16, 4, 3)]
    [InlineData(15, 4, 4)]
    public void Forward_LengthsThatDoNotFit_Throws(int x, int y, int argmax) =>
        Assert.Throws<ArgumentException>(() => Pooling.Forward(new float[x], new PoolingSize(4, 2, 2, 2, 2, 2), new float[y], new int[argmax]));

    [Fact]
    public void Backward_OtherNumberOfWinners_Throws() =>
        Assert.Throws<ArgumentException>(() => Pooling.Backward(new float[4], new int[3], new float[16]));
}
