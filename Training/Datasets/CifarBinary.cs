using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>
/// The binary version of CIFAR-10 (cs.toronto.edu/~kriz/cifar.html) with any number of records: 1 label byte and 3,072 bytes of pixels, (3, 32, 32).
/// test_batch.bin is the test part; every other .bin file is training, in ordinal order of the names whatever their order in the archive.
/// Class names come from batches.meta.txt where it is present, and are "0" to "9" otherwise.
/// </summary>
internal sealed class CifarBinary : DatasetFormat
{
    private const string TestName = "test_batch.bin", MetaName = "batches.meta.txt";
    private const int RecordsPerBlock = 1024; // 3 MB: memory grows with what is read, not with what an archive promises
    private static readonly Shape Pixels = new(3, Side, Side);
    private static readonly int RecordLength = 1 + Pixels.Length;

    private readonly SortedDictionary<string, Batch> batches = new(StringComparer.Ordinal);
    private string[]? names;

    /// <inheritdoc/>
    public override string Description => "CIFAR-10 binary (data_batch_1.bin ..., test_batch.bin, batches.meta.txt)";

    /// <inheritdoc/>
    public override bool Knows(string name) => name == MetaName || name.EndsWith(".bin", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override void Add(DatasetFile file)
    {
        string name = file.PlainName;
        if (name == MetaName ? names is not null : batches.ContainsKey(name))
            throw new InvalidInputException(file.Name, "a second file has this name; each batch is given once.");

        if (name == MetaName) names = ReadNames(file);
        else batches.Add(name, new Batch(file.Name, ReadRecords(file)));
    }

    /// <inheritdoc/>
    public override Dataset Build(string source)
    {
        string[] labels = names ?? DigitNames();
        foreach (Batch batch in batches.Values) CheckLabels(batch, labels.Length);
        if (batches.Keys.All(name => name == TestName))
            throw new InvalidInputException(source, "it holds no training images; they are expected in data_batch_1.bin and so on.");
        return new Dataset(labels, Images(name => name != TestName), Images(name => name == TestName));
    }

    private static List<ReadOnlyMemory<byte>> ReadRecords(DatasetFile file)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        int length;
        do
        {
            byte[] block = GC.AllocateUninitializedArray<byte>(RecordsPerBlock * RecordLength);
            length = file.Content.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            if (length % RecordLength != 0) throw Incomplete(file.Name, (long)records.Count * RecordLength + length);
            if (length < block.Length) Array.Resize(ref block, length);
            for (int start = 0; start < length; start += RecordLength) records.Add(block.AsMemory(start, RecordLength));
        }
        while (length == RecordsPerBlock * RecordLength);

        return records.Count > 0 ? records : throw new InvalidInputException(file.Name, $"it is empty; a record has {RecordLength} bytes.");
    }

    private static InvalidInputException Incomplete(string name, long length) => new(
        name,
        $"it has {length} bytes, which is not a whole number of records of {RecordLength} bytes: "
        + $"the one at byte {length / RecordLength * RecordLength} has only {length % RecordLength}.");

    private static void CheckLabels(Batch batch, int classCount)
    {
        for (int i = 0; i < batch.Records.Count; i++)
        {
            byte label = batch.Records[i].Span[0];
            if (label >= classCount)
                throw new InvalidInputException(
                    batch.Name, $"the label at byte {(long)i * RecordLength} is {label}; with {classCount} classes it is 0 to {classCount - 1}.");
        }
    }

    private ImageSet Images(Func<string, bool> belongs)
    {
        ReadOnlyMemory<byte>[] records = [.. batches.Where(batch => belongs(batch.Key)).SelectMany(batch => batch.Value.Records)];
        return new ImageSet(Pixels, records.Select(record => record[1..]), records.Select(record => (int)record.Span[0]));
    }

    /// <summary>The records of one file, label byte first.</summary>
    private sealed record Batch(string Name, List<ReadOnlyMemory<byte>> Records);
}
