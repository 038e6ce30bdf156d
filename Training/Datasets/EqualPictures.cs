using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CnnService.Training.Datasets;

/// <summary>The pictures of a dataset that have the same pixels, each paired with the first one of the training part that has them.</summary>
/// <param name="InClass">Pairs of the training part in one class.</param>
/// <param name="InClasses">Pairs of the training part in two classes.</param>
/// <param name="InParts">Pictures of the test part that the training part has too.</param>
internal sealed record EqualPictures(
    IReadOnlyList<(int First, int Second)> InClass, IReadOnlyList<(int First, int Second)> InClasses, IReadOnlyList<(int Training, int Test)> InParts)
{
    /// <summary>Those of a dataset.</summary>
    public static EqualPictures Of(Dataset dataset)
    {
        var first = new Dictionary<ReadOnlyMemory<byte>, int>(dataset.Train.Count, new SameBytes()); // the first index of each picture
        List<(int First, int Second)> inClass = [], inClasses = [];
        for (int i = 0; i < dataset.Train.Count; i++)
        {
            if (first.TryAdd(dataset.Train.Memory(i), i)) continue;
            int other = first[dataset.Train.Memory(i)];
            (dataset.Train.Labels[i] == dataset.Train.Labels[other] ? inClass : inClasses).Add((other, i));
        }

        var inParts = new List<(int Training, int Test)>();
        for (int i = 0; i < dataset.Test.Count; i++)
            if (first.TryGetValue(dataset.Test.Memory(i), out int training)) inParts.Add((training, i));
        return new EqualPictures(inClass, inClasses, inParts);
    }

    private sealed class SameBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        // Another one in each process, so that nobody can make many pictures of one hash. No answer depends on it.
        private readonly ulong factor = (ulong)(uint)HashCode.Combine(1) << 32 | (uint)HashCode.Combine(2) | 1;

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        // Four sums side by side, as each step of one waits for the one before.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes.Span);
            ulong a = factor, b = ~factor, c = factor << 7, d = factor >> 9;
            int i = 0;
            for (; i <= words.Length - 4; i += 4)
                (a, b, c, d) = (Mix(a, words[i]), Mix(b, words[i + 1]), Mix(c, words[i + 2]), Mix(d, words[i + 3]));
            for (; i < words.Length; i++) a = Mix(a, words[i]);
            foreach (byte value in bytes.Span[(words.Length * sizeof(ulong))..]) a = Mix(a, value);
            return (int)(Mix(Mix(Mix(a, b), c), d) >> 32);
        }

        private ulong Mix(ulong hash, ulong word) => (hash ^ word) * factor + (hash >> 32);
    }
}
