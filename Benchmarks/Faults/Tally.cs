using System.Globalization;

namespace CnnService.Benchmarks.Faults;

/// <summary>The ways in which something goes wrong.</summary>
internal enum Wrong
{
    /// <summary>An answer, a number, a time or a file is not what it has to be.</summary>
    Difference,

    /// <summary>Something that the service has accepted or streamed is gone.</summary>
    Lost,

    /// <summary>Something is there more than once, or without having been asked for.</summary>
    Doubled,

    /// <summary>The process ended by itself, or did not start.</summary>
    Exit,

    /// <summary>Nothing came for <see cref="World.HangSeconds"/> seconds.</summary>
    Hang,
}

/// <summary>The row of one kind of fault: how often it was injected, what was checked, and what came of it.</summary>
internal sealed class Tally(string name)
{
    private const int Shown = 4; // messages of one injection and one kind of wrong

    private readonly Lock changing = new();
    private readonly Dictionary<Wrong, int> wrongs = [];
    private readonly HashSet<string> said = [];
    private int injected, checks;
    private double worstHealth;
    private string repeat = "";

    /// <summary>The kind of fault.</summary>
    public string Name => name;

    /// <summary>The sum of all that went wrong.</summary>
    public int Failures
    {
        get
        {
            lock (changing) return wrongs.Values.Sum();
        }
    }

    /// <summary>Begins an injection.</summary>
    /// <param name="seed">The seed that repeats it.</param>
    public void Begin(int seed)
    {
        said.Clear();
        repeat = $"--only \"{name}\" --seed {seed}";
    }

    /// <summary>Counts a fault that was brought about.</summary>
    public void Injected(int times = 1)
    {
        lock (changing) injected += times;
    }

    /// <summary>Counts a check, and what is wrong if it does not hold.</summary>
    public bool Check(bool holds, Wrong wrong, string what)
    {
        lock (changing) checks++;
        if (!holds) Report(wrong, what);
        return holds;
    }

    /// <summary>Counts a check that a thing is as it has to be.</summary>
    public bool Check(bool holds, string what) => Check(holds, Wrong.Difference, what);

    /// <summary>Counts what went wrong; the first few of an injection are shown.</summary>
    public void Report(Wrong wrong, string what)
    {
        lock (changing)
        {
            wrongs[wrong] = wrongs.GetValueOrDefault(wrong) + 1;
            int before = said.Count(message => message.StartsWith($"{wrong} ", StringComparison.Ordinal));
            if (!said.Add($"{wrong} {what}") || before >= Shown) return;
            Console.WriteLine($"  {wrong.ToString().ToUpperInvariant()} {name}: {what}");
            if (said.Count == 1) Console.WriteLine($"    repeat with: faults {repeat}");
        }
    }

    /// <summary>Takes the time of an answer of health into account.</summary>
    public void Health(double milliseconds)
    {
        lock (changing) worstHealth = Math.Max(worstHealth, milliseconds);
    }

    /// <summary>The table of all kinds.</summary>
    public static void Print(IEnumerable<(Fault Fault, Tally Tally)> rows)
    {
        Console.WriteLine("| fault | injected | checks | differences | lost | doubled | exits | hangs | worst health ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach ((Fault fault, Tally tally) in rows)
            Console.WriteLine(fault.Missing is null ? tally.Row() : $"| {fault.Name} | not possible here | | | | | | | |");
    }

    private string Row()
    {
        string counts = string.Join(" | ", Enum.GetValues<Wrong>().Select(wrong => wrongs.GetValueOrDefault(wrong)));
        string health = worstHealth > 0 ? worstHealth.ToString("F0", CultureInfo.InvariantCulture) : "";
        return $"| {name} | {injected} | {checks} | {counts} | {health} |";
    }
}
