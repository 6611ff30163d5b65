using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;
using Orchestrator.NightBench.Running;
using Orchestrator.TestKit;

namespace Orchestrator.NightBench;

/// <summary>Plays nights one after the other.</summary>
/// <param name="adapter">Name of an adapter in <c>nightbench/adapters</c>, or the path of a script.</param>
/// <param name="program">Path of the built <c>orchestrate</c>.</param>
public sealed class Bench(string adapter, string program)
{
    /// <summary>Folder of nights on a small disk, or null for the temporary folder.</summary>
    public string? SmallDisk { get; init; }

    /// <summary>Reason for which no small disk exists, or null if one exists.</summary>
    public string? NoSmallDisk { get; init; }

    /// <summary>Durations of the nights.</summary>
    public NightPace Pace { get; init; } = NightPace.Published;

    /// <summary>True for <see cref="NightMoments.ToFew"/> in place of all disturbances.</summary>
    public bool HasFewDisturbances { get; init; }

    /// <summary>True to keep the folders of a night.</summary>
    public bool Keeps { get; init; }

    /// <summary>Receives a line about each step.</summary>
    public Action<string> Say { get; init; } = Console.Error.WriteLine;

    /// <summary>Plays one night.</summary>
    /// <param name="seed">Seed of the night.</param>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="stop">Ends the night and everything that it started.</param>
    public async Task<NightResult> PlayAsync(int seed, int tasks, CancellationToken stop = default)
    {
        var night = DrawnNight.Draw(seed, tasks, Pace);
        night = night with { Moments = HasFewDisturbances ? night.Moments.ToFew() : night.Moments };
        // Names are short because sockets lie below the home.
        var name = $"nb-{Guid.NewGuid().ToString("n")[..6]}";
        var folders = new NightFolders(
            Path.Combine(SmallDisk ?? Path.GetTempPath(), SmallDisk is null ? $"{name}-n" : "n"),
            Path.Combine(Path.GetTempPath(), name)
        );
        var script = adapter.Contains('/') ? Path.GetFullPath(adapter) : RepositoryFiles.Path($"nightbench/adapters/{adapter}");
        Say($"night of seed {seed}: {tasks} tasks, {night.Ecosystem}, {adapter}; records in {folders.Records}");
        var run = new NightRun(night, folders, new ToolAdapter(script, night, folders, program), NoSmallDisk);
        try
        {
            var facts = await run.RunAsync(stop);
            return new(
                NightRates.Version,
                DateOnly.FromDateTime(DateTime.UtcNow),
                Path.GetFileName(adapter),
                run.Version,
                seed,
                tasks,
                night.Ecosystem,
                Machine(),
                facts.Loads.Count == 0 ? new(null, null) : new(facts.Loads[0], Math.Round(facts.Loads.Average(), 1)),
                facts.Disturbances,
                NightFigures.Of(facts)
            );
        }
        finally
        {
            if (Keeps && SmallDisk is not null)
            {
                // The small disk ends with this process.
                Shell("cp -a \"$1\" \"$2\"", folders.Root, Path.Combine(folders.Records, "night"));
            }
            if (!Keeps || SmallDisk is not null)
            {
                Remove(folders.Root);
            }
            if (!Keeps)
            {
                Remove(folders.Records);
            }
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Shell("chmod -R u+rwX \"$1\" && rm -rf \"$1\"", folder);
        }
    }

    private static void Shell(string script, params string[] arguments)
    {
        using var process = Process.Start("/bin/sh", ["-c", script, "sh", .. arguments]);
        process.WaitForExit();
    }

    private static string Machine() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0} GB, "
                + $"{RuntimeInformation.OSDescription}"
        );
}
