using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orchestrator.KillTest;
using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Running;

/// <summary>Reads the facts of a night from git and from the records of agents and suite.</summary>
/// <param name="night">The night.</param>
/// <param name="folders">Folders of the night.</param>
/// <param name="repository">The repository.</param>
public sealed class FactReader(DrawnNight night, NightFolders folders, NightRepository repository)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the facts that git and records hold.</summary>
    /// <exception cref="InvalidOperationException">An agent of the harness itself was faulty.</exception>
    public NightFacts Read()
    {
        foreach (var fault in Directory.EnumerateFiles(folders.Faults))
        {
            throw new InvalidOperationException($"An agent of the harness is faulty, so the night says nothing: {File.ReadAllText(fault)}");
        }
        return new(night)
        {
            Starts = [.. ReadStarts().OrderBy(start => start.From)],
            Gates = File.Exists(folders.Gates)
                ? [.. File.ReadLines(folders.Gates).Select(line => JsonSerializer.Deserialize<GateRun>(line, Web)!)]
                : [],
            Target = [.. ReadTarget()],
            UserPieces = repository.UserPieces.Concat(NightRepository.BaseFiles.Select(file => $"base:{file}")).ToHashSet(),
        };
    }

    /// <summary>Reads the answer of an adapter's <c>status</c>.</summary>
    public static ToolStatements ReadStatements(string json) => JsonSerializer.Deserialize<ToolStatements>(json, Web)!;

    private IEnumerable<AgentRunParameters> ReadStarts()
    {
        foreach (var launch in Directory.EnumerateFiles(folders.Starts, "*.launch"))
        {
            // Whoever was killed before its first line knows only when it was launched, and for which task.
            var id = Path.GetFileNameWithoutExtension(launch);
            var begin = TryReadRecord(id, "start");
            var ended = TryReadRecord(id, "end");
            var known = File.ReadAllText(launch).Trim().Split(' ');
            yield return new(
                id,
                begin?.GetProperty("task").GetString() ?? known[0],
                begin is { } record
                    ? TimeOf(record)
                    : DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(known[^1], CultureInfo.InvariantCulture)),
                begin?.GetProperty("registry").GetString() ?? "",
                ended is { } found ? TimeOf(found) : null,
                ended?.GetProperty("outcome").GetString(),
                ended?.GetProperty("cost").GetDecimal() ?? 0
            );
        }
    }

    private IEnumerable<TargetCommit> ReadTarget()
    {
        var folder = Path.Combine(folders.Records, "check");
        repository.Git("clone", "-q", "--shared", "--no-checkout", folders.Repository, folder);
        foreach (var commit in repository.Git("rev-list", "--first-parent", "--reverse", "main").Split('\n'))
        {
            KillRepository.GitIn(folder, "checkout", "-q", "--force", commit);
            yield return new(commit, Passes(folder), Pieces(folder).ToHashSet());
        }
    }

    private static bool Passes(string folder)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "NIGHTBENCH_STEADY=1 exec ./gate > gate.log 2>&1"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private IEnumerable<string> Pieces(string folder)
    {
        string? Text(string file) => File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : null;
        var registered = (Text("registry.txt") ?? "").Split('\n').ToHashSet();
        foreach (var task in night.Tasks)
        {
            if (Text(repository.FileOf(task)) == repository.ModuleOf(task))
            {
                yield return $"{task.Id}:module";
            }
            if (int.TryParse(Text($"claims/{task.Id}.txt"), out var claim) && task.Claims.Contains(claim))
            {
                yield return $"{task.Id}:claim";
            }
            if (task.Registers && registered.Contains(task.Id))
            {
                yield return $"{task.Id}:line";
            }
        }
        for (var number = 1; number <= night.Moments.TargetMoves.Count; number++)
        {
            if (Text($"user/user-{number}.txt") == $"by user-{number}\n")
            {
                yield return $"user-{number}:file";
            }
            if (registered.Contains($"user-{number}"))
            {
                yield return $"user-{number}:line";
            }
        }
        foreach (
            var file in NightRepository.BaseFiles.Where(file => Text(file) == repository.Git("show", $"{repository.Start}:{file}") + "\n")
        )
        {
            yield return $"base:{file}";
        }
    }

    private JsonElement? TryReadRecord(string id, string what)
    {
        var file = Path.Combine(folders.Starts, $"{id}.{what}.json");
        if (!File.Exists(file))
        {
            return null;
        }
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }

    private static DateTimeOffset TimeOf(JsonElement record) =>
        DateTimeOffset.FromUnixTimeMilliseconds(record.GetProperty("at").GetInt64());
}
