using CnnService.Training.Datasets;
using CnnService.Training.Layers;
using CnnService.Training.Running;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>Small runs for tests: random images of 2x13x30 in 4 classes, and a network of many layers, fused and apart.</summary>
internal static class SmallRuns
{
    private const int Classes = 4;

    /// <summary>(C, H, W) of the images.</summary>
    public static Shape Images { get; } = new(2, 13, 30);

    /// <summary>Layers of seven kinds; about 200,000 multiply-adds per image, so that software arithmetic keeps up.</summary>
    public static LayerList EveryLayer { get; } = new()
    {
        Layers =
        [
            new Convolution { Filters = 17, Height = 6, Width = 7 }, new Relu(), new MaxPool { Height = 2, Width = 2 }, // by rows
            new Convolution { Filters = 16, Size = 3, Padding = 1 }, // by tiles, forward and for its input's gradient
            new Convolution { Filters = 6, Height = 3, Width = 2, Stride = 2, Padding = 1, Bias = false }, new BatchNorm(), new Gelu(), new Dropout { Keep = 0.9 },
            new MaxPool { Size = 2, Stride = 1 }, new Relu(),
            new Affine { Units = 21 }, new BatchNorm { Momentum = 0.8 }, new Relu(),
            new Affine { Units = 17 }, new Relu(), new Dropout { Keep = 0.75 },
            new Affine(),
        ],
    };

    /// <summary>44 images in batches of 8: 6 iterations an epoch, the last batch has 4 images; 9 epochs.</summary>
    public static TrainingSpec Spec { get; } = new() { Seed = 7, Model = EveryLayer, Epochs = 9, BatchSize = 8, Regularization = 0.01 };

    /// <summary>44 training and 30 validation images.</summary>
    public static TrainingData Data { get; } = new(
        RandomImages(44, 1), RandomImages(30, 2), ["a", "b", "c", "d"], new Normalization([0, 0], [1, 1]), "random");

    /// <summary>A trainer of that spec and <see cref="Data"/>.</summary>
    public static Trainer Create(TrainingSpec spec, int threads = 1, Model? start = null) => new(spec, Data, threads, start);

    /// <summary>Random images; the class shifts the first channel, so that there is something to learn.</summary>
    public static FloatImages RandomImages(int count, ulong stream)
    {
        var chance = new Chance(3, Purpose.Shapes, stream);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        float[] numbers = [.. Enumerable.Range(0, count * Images.Length).Select(i => (float)chance.Normal((ulong)i))];
        for (int n = 0; n < count; n++)
            for (int i = 0; i < Images.PlaneLength; i++) numbers[n * Images.Length + i] += labels[n] - 1.5f;
        return new FloatImages(Images, numbers, labels);
    }
}
