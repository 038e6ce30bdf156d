using CnnService.Training.Layers;

namespace CnnService.Training.Tests.Layers;

/// <summary>Dropout's numbers as given for each layer of a network, for a whole batch in row-major order.</summary>
internal sealed class RecordedNoise(IReadOnlyDictionary<int, float[]> numbers) : DropoutNoise(seed: 0)
{
    /// <summary>For one dropout, which is the layer at <paramref name="layer"/>.</summary>
    public RecordedNoise(int layer, float[] numbers)
        : this(new Dictionary<int, float[]> { [layer] = numbers })
    {
    }

    /// <summary>Layers ask for item n with <paramref name="first"/> = n * the item's length, rounded up to a multiple of 4.</summary>
    public override void Fill(int layer, long first, Span<float> destination)
    {
        int pitch = (destination.Length + 3) / 4 * 4;
        Assert.Equal(0, first % pitch);
        numbers[layer].AsSpan((int)(first / pitch) * destination.Length, destination.Length).CopyTo(destination);
    }
}
