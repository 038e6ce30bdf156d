using System.ComponentModel.DataAnnotations;

namespace CnnService.Api.Hosting;

/// <summary>Where the service listens, at the configuration's root.</summary>
public sealed class ServerOptions
{
    /// <summary>Addresses, with ; between several; default http://127.0.0.1:5080.</summary>
    [Required]
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>Names and addresses that a request's Host may have, with ; between several and * for any; default: the names of this machine for itself.</summary>
    [Required]
    public string AllowedHosts { get; set; } = "localhost;127.0.0.1;[::1]";

    /// <summary>The same, one by one.</summary>
    internal string[] Hosts => AllowedHosts.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The settings of who may use the service.</summary>
public sealed class SecurityOptions
{
    /// <summary>The key that every request but those for health has to bring, in printable ASCII; default none: everybody who reaches the service may use it.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Whether the service may listen without a key where other machines reach it; default false.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Origins of other web pages that may use the service from a browser, as https://host:port with ; between several; default none.</summary>
    public string AllowedOrigins { get; set; } = "";

    /// <summary>The same, one by one.</summary>
    internal string[] Origins => [.. AllowedOrigins
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(origin => origin.TrimEnd('/'))];
}

/// <summary>The place of the service's data.</summary>
public sealed class StorageOptions
{
    /// <summary>The folder of the database and the datasets, relative to the content root; default <c>data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data";
}

/// <summary>The limits on what training uses.</summary>
public sealed class TrainingOptions
{
    /// <summary>Threads that all concurrent runs share, 0 to 1,024; default 0: one per core.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Threads of one run.</summary>
    internal int ThreadsOfARun => Math.Max(1, (Threads == 0 ? Environment.ProcessorCount : Threads) / ConcurrentRuns);

    /// <summary>Runs that train at the same time, 1 to 64; default 1.</summary>
    [Range(1, 64)]
    public int ConcurrentRuns { get; set; } = 1;

    /// <summary>Seconds between two checkpoints of a run, 1 to 3,600; default 15.</summary>
    [Range(1, 3600)]
    public int CheckpointSeconds { get; set; } = 15;

    /// <summary>Megabytes that one run may need for dataset, network, optimizer and checkpoint, 16 to 1,048,576; default 4,096.</summary>
    [Range(16, 1048576)]
    public int MemoryLimitMegabytes { get; set; } = 4096;

    /// <summary>Runs that may wait, 1 to 100,000; default 1,000.</summary>
    [Range(1, 100000)]
    public int QueueLimit { get; set; } = 1000;
}

/// <summary>The limits on how many may use the service at a time.</summary>
public sealed class LimitsOptions
{
    /// <summary>
    /// Connections that may be open at the same time, 0 to 1,000,000; default 0: half of the files that the process may still open when it
    /// begins to listen. Further ones are closed at once.
    /// </summary>
    [Range(0, 1000000)]
    public int Connections { get; set; }
}

/// <summary>How large uploads may be.</summary>
public sealed class UploadsOptions
{
    /// <summary>Megabytes of a dataset upload, 1 to 16,384; default 512.</summary>
    [Range(1, 16384)]
    public int DatasetMegabytes { get; set; } = 512;

    /// <summary>Megabytes of a predict request, 1 to 1,024; default 10.</summary>
    [Range(1, 1024)]
    public int PredictMegabytes { get; set; } = 10;
}
