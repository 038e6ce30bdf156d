namespace CnnService.Benchmarks.Faults;

/// <summary>The states of a thing that a client has asked for, as far as they are known.</summary>
internal enum Known
{
    /// <summary>It was asked for and no answer came: it may be there, once.</summary>
    Asked,

    /// <summary>It was accepted: it is there, once.</summary>
    Accepted,

    /// <summary>It was refused: it is not there.</summary>
    Refused,

    /// <summary>Its end was asked for and no answer came.</summary>
    AskedToGo,

    /// <summary>Its end was confirmed: it is gone.</summary>
    Gone,
}

/// <summary>A run that was submitted, under a name and an idempotency key that no other has.</summary>
internal sealed class Submission(string name, string spec)
{
    /// <summary>The name, which is the key too.</summary>
    public string Name => name;

    /// <summary>The body as it was sent.</summary>
    public string Body => $"{{\"name\":\"{name}\",{spec}}}";

    /// <summary>The spec without the name.</summary>
    public string Spec => spec;

    /// <summary>The id, once it is known.</summary>
    public Guid? Id { get; set; }

    /// <summary>Its state, as far as it is known.</summary>
    public Known Known { get; set; }
}

/// <summary>A dataset that was uploaded.</summary>
internal sealed class Upload(string name)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The hash that the service has told.</summary>
    public string? Sha256 { get; set; }

    /// <summary>Its state, as far as it is known.</summary>
    public Known Known { get; set; }
}

/// <summary>The things that the service has acknowledged in one world, and those that it may have done besides.</summary>
/// <param name="prefix">The beginning of the names of its runs.</param>
internal sealed class Ledger(string prefix)
{
    private readonly Lock changing = new();
    private readonly List<Submission> runs = [];
    private readonly List<Upload> uploads = [];

    /// <summary>All runs.</summary>
    public IReadOnlyList<Submission> Runs
    {
        get
        {
            lock (changing) return [.. runs];
        }
    }

    /// <summary>All datasets but the built-in one.</summary>
    public IReadOnlyList<Upload> Uploads
    {
        get
        {
            lock (changing) return [.. uploads];
        }
    }

    /// <summary>A new run that is about to be asked for.</summary>
    public Submission Submit(string spec)
    {
        lock (changing)
        {
            var run = new Submission($"{prefix}-{runs.Count + 1}", spec);
            runs.Add(run);
            return run;
        }
    }

    /// <summary>A new dataset that is about to be asked for.</summary>
    public Upload Upload()
    {
        lock (changing)
        {
            var upload = new Upload($"pictures-{uploads.Count + 1}");
            uploads.Add(upload);
            return upload;
        }
    }
}
