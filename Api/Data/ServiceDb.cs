using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>The service's tables. Times are UTC; enumerations are stored as their names.</summary>
public sealed class ServiceDb(DbContextOptions<ServiceDb> options) : DbContext(options)
{
    /// <summary>Datasets by name; their contents are files.</summary>
    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    /// <summary>Training runs.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>What runs tell.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();

    /// <summary>The last checkpoint of each run that has not ended.</summary>
    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    /// <summary>Best and last parameters.</summary>
    public DbSet<ParametersRow> Parameters => Set<ParametersRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DatasetRow>().HasKey(row => row.Name);
        modelBuilder.Entity<RunRow>(run =>
        {
            run.HasKey(row => row.Order);
            run.HasIndex(row => row.Id).IsUnique();
            run.HasIndex(row => row.IdempotencyKey).IsUnique();
            run.HasIndex(row => row.State);
        });
        modelBuilder.Entity<EventRow>().HasKey(row => new { row.Run, row.Sequence });
        modelBuilder.Entity<CheckpointRow>().HasKey(row => row.Run);
        modelBuilder.Entity<CheckpointRow>().Property(row => row.Run).ValueGeneratedNever();
        modelBuilder.Entity<ParametersRow>().HasKey(row => new { row.Run, row.Which });
        foreach (var type in (Type[])[typeof(EventRow), typeof(CheckpointRow), typeof(ParametersRow)])
            modelBuilder.Entity(type).HasOne(typeof(RunRow)).WithMany().HasForeignKey("Run").OnDelete(DeleteBehavior.Cascade);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
    }

    // SQLite gives back times without their kind.
    private sealed class UtcConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<DateTime, DateTime>(
        time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
