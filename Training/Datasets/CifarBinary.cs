using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>
/// The binary versions of CIFAR-10 and CIFAR-100 (cs.toronto.edu/~kriz/cifar.html) with any number of records: 1 label byte, or in train.bin
/// and test.bin of CIFAR-100 the coarse and the fine one, of which the fine one counts, and 3,072 bytes of pixels, (3, 32, 32).
/// test_batch.bin and test.bin are the test part; every other .bin file is training, in ordinal order of the names whatever their order in
/// the archive. Class names come from batches.meta.txt or fine_label_names.txt where it is present, and are numbers otherwise.
/// </summary>
internal sealed class CifarBinary : DatasetFormat
{
    private const int RecordsPerBlock = 1024; // 3 MB: memory grows with what is read, not with what an archive promises
    private const int FineClasses = 100, Side = 32;
    private static readonly string[] TestNames = ["test_batch.bin", "test.bin"], FineFiles = ["train.bin", "test.bin"];
    private static readonly string[] TrainNames = [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];
    private static readonly string[] MetaNames = ["batches.meta.txt", "fine_label_names.txt"];
    private static readonly Shape Pixels = new(3, Side, Side);

    private readonly SortedDictionary<string, Batch> batches = new(StringComparer.Ordinal);
    private string[]? names;

    /// <inheritdoc/>
    public override string Description => "CIFAR-10 binary (data_batch_1.bin ..., test_batch.bin, batches.meta.txt) and CIFAR-100 binary (train.bin, test.bin, fine_label_names.txt)";

    /// <inheritdoc/>
    public override string Layout => batches.Values.Any(batch => batch.LabelBytes == 2) ? "CIFAR-100 files" : "CIFAR-10 batches";

    /// <inheritdoc/>
    public override int Images => batches.Values.Sum(batch => batch.Records.Count);

    /// <inheritdoc/>
    public override bool Knows(DatasetFile file) => MetaNames.Contains(file.PlainName)
        || (file.PlainName.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && file.Kind == FileKind.Unknown);

    /// <summary>Many a file ends in .bin.</summary>
    public override bool Needs(DatasetFile file) =>
        MetaNames.Contains(file.PlainName) || TrainNames.Contains(file.PlainName) || TestNames.Contains(file.PlainName) || FineFiles.Contains(file.PlainName);

    /// <inheritdoc/>
    public override void Add(DatasetFile file)
    {
        string name = file.PlainName;
        if (MetaNames.Contains(name))
        {
            string[] read = ReadNames(file);
            if (names is null || names.SequenceEqual(read)) names = read;
            else throw new InvalidInputException(file.Name, "a second file gives other class names; give one.");
            return;
        }

        var batch = new Batch(file.Name, LabelBytesOf(file), ReadRecords(file, LabelBytesOf(file) + Pixels.Length));
        if (batches.TryAdd(name, batch)) return;
        if (!batch.Equals(batches[name])) throw new InvalidInputException(file.Name, "a second file has this name; each batch is given once.");
        Refuse(file.Path, GivenTwice);
    }

    /// <inheritdoc/>
    public override Dataset Build(string source)
    {
        if (batches.Values.Select(batch => batch.LabelBytes).Distinct().Count() > 1)
            throw new InvalidInputException(source, "it holds files of CIFAR-10 and of CIFAR-100; upload them as two datasets.");
        if (Size != Side) throw new InvalidInputException(source, $"its images are {Side}x{Side}, not {Size}x{Size}; upload it with the size {Side} (resize is for pictures alone).");
        bool isFine = batches.Values.Any(batch => batch.LabelBytes == 2);
        string[] labels = names ?? (isFine ? [.. Enumerable.Range(0, FineClasses).Select(label => $"{label}")] : DigitNames());
        foreach (Batch batch in batches.Values) CheckLabels(batch, labels.Length);
        if (batches.Keys.All(TestNames.Contains))
            throw new InvalidInputException(source, "it holds no training images; they are expected in data_batch_1.bin and so on.");
        return new Dataset(labels, ImagesOf(name => !TestNames.Contains(name)), ImagesOf(TestNames.Contains));
    }

    // A file of CIFAR-100 has the same ending; a number of records that fits both is taken for CIFAR-10, but under the names of CIFAR-100.
    private static int LabelBytesOf(DatasetFile file) =>
        FineFiles.Contains(file.PlainName) && file.Length % (2 + Pixels.Length) == 0 ? 2 : 1;

    private static List<ReadOnlyMemory<byte>> ReadRecords(DatasetFile file, int recordLength)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        int length;
        do
        {
            byte[] block = GC.AllocateUninitializedArray<byte>(RecordsPerBlock * recordLength);
            length = file.Content.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            if (length % recordLength != 0) throw Incomplete(file.Name, (long)records.Count * recordLength + length, recordLength);
            if (length < block.Length) Array.Resize(ref block, length);
            for (int start = 0; start < length; start += recordLength) records.Add(block.AsMemory(start, recordLength));
        }
        while (length == RecordsPerBlock * recordLength);

        return records.Count > 0 ? records : throw new InvalidInputException(file.Name, $"it is empty; a record has {recordLength} bytes.");
    }

    private static InvalidInputException Incomplete(string name, long length, int recordLength) => new(
        name,
        $"it has {length} bytes, which is not a whole number of CIFAR's records of {recordLength} bytes: "
        + $"the one at byte {length / recordLength * recordLength} has only {length % recordLength}.");

    private static void CheckLabels(Batch batch, int classCount)
    {
        for (int i = 0; i < batch.Records.Count; i++)
        {
            byte label = batch.LabelOf(i);
            if (label >= classCount)
                throw new InvalidInputException(
                    batch.Name,
                    $"the label at byte {(long)i * batch.Records[i].Length + batch.LabelBytes - 1} is {label}; "
                    + $"with {classCount} classes it is 0 to {classCount - 1}.");
        }
    }

    private ImageSet ImagesOf(Func<string, bool> belongs)
    {
        Batch[] part = [.. batches.Where(batch => belongs(batch.Key)).Select(batch => batch.Value)];
        return new ImageSet(
            Pixels,
            part.SelectMany(batch => batch.Records.Select(record => record[batch.LabelBytes..])),
            part.SelectMany(batch => Enumerable.Range(0, batch.Records.Count).Select(i => (int)batch.LabelOf(i))));
    }

    /// <summary>The records of one file, labels first.</summary>
    private sealed record Batch(string Name, int LabelBytes, List<ReadOnlyMemory<byte>> Records)
    {
        public byte LabelOf(int record) => Records[record].Span[LabelBytes - 1];

        public bool Equals(Batch? other) => other is not null && Records.Count == other.Records.Count
            && Records.Zip(other.Records).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

        public override int GetHashCode() => Records.Count;
    }
}
