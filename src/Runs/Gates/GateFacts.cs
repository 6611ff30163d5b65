using System.Security.Cryptography;

namespace Orchestrator.Runs.Gates;

/// <summary>What one gate said of one commit, as reports tell it.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Said">How it ended, in words.</param>
/// <param name="Tests">How many tests it ran, in words; empty: none could be counted.</param>
/// <param name="Seconds">How long it took; null: it did not run.</param>
/// <param name="ExitCode">Its exit code; null: it had none.</param>
/// <param name="Cached">Where its result was taken from; empty: it ran.</param>
/// <param name="Strange">What was strange about it; empty: nothing.</param>
/// <param name="Log">File with what it printed, relative to the repository; empty: it did not run.</param>
/// <param name="Hash">SHA-256 of that file when the gate had ended, in hexadecimal; empty: there was none.</param>
internal sealed record GateFact(
    string Name,
    string Said,
    string Tests,
    double? Seconds,
    int? ExitCode,
    string Cached,
    string Strange,
    string Log,
    string Hash
);

/// <summary>What the gates of a commit said, kept beside their logs in <c>facts.json</c>: with the log's hash, so that what is written
/// there after the gate has ended is seen.</summary>
internal static class GateFacts
{
    private const string FileName = "facts.json";

    /// <summary>Keeps what gates said.</summary>
    /// <param name="evidence">Folder with their logs.</param>
    /// <param name="outcomes">What they said.</param>
    public static void Write(RunFiles files, string evidence, IReadOnlyList<GateVerdict> outcomes)
    {
        GateFact[] facts = [.. outcomes.Select(o => Of(files, o))];
        Directory.CreateDirectory(evidence);
        DurableFile.Write(Path.Combine(evidence, FileName), JsonSerializer.SerializeToUtf8Bytes(facts, GateFactJson.Default.GateFactArray));
    }

    /// <summary>What the gates of a task's attempt said.</summary>
    /// <returns>None where nothing was kept; null: somebody else has written to the file.</returns>
    public static IReadOnlyList<GateFact>? Read(RunFolder folder, string task, int attempt)
    {
        try
        {
            return SmallFile.TryRead(Path.Combine(Folder(folder, task, attempt), FileName)) is not { } json ? []
                : JsonSerializer.Deserialize(json, GateFactJson.Default.GateFactArray) is { } facts && facts.All(IsWhole) ? facts
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the logs of a task's gates are.</summary>
    public static string Folder(RunFolder folder, string task, int attempt) =>
        Path.Combine(folder.Task(task), string.Create(CultureInfo.InvariantCulture, $"gates-{attempt}"));

    /// <summary>What has become of a gate's log since it ended; null: it is as it was.</summary>
    /// <param name="repository">Absolute path that logs are relative to.</param>
    /// <param name="fact">What the gate said.</param>
    public static string? Tampered(string repository, GateFact fact)
    {
        if (fact.Hash.Length == 0)
        {
            return null;
        }
        var now = HashOf(Path.Combine(repository, fact.Log));
        return now == fact.Hash ? null
            : now.Length == 0 ? "its log is gone"
            : "its log was changed after it had ended";
    }

    private static GateFact Of(RunFiles files, GateVerdict verdict)
    {
        var log = verdict.Cached is null ? GateCheck.EvidenceOf(files, verdict) : "";
        return new GateFact(
            verdict.Gate.Name,
            verdict.Result switch
            {
                GateResult.Passed => "passed",
                GateResult.Skipped => "not asked: nothing of its kind was changed",
                GateResult.TimedOut => "took too long",
                GateResult.CouldNotRun => "could not run",
                _ => "failed",
            },
            verdict.Tests?.ToString() ?? "",
            verdict.Runs == 0 ? null : verdict.Duration.TotalSeconds,
            verdict.ExitCode,
            verdict.Cached?.ToString() ?? "",
            verdict.Suspicion ?? "",
            log,
            log.Length == 0 ? "" : HashOf(Path.Combine(files.Folder.Repository, log))
        );
    }

    private static bool IsWhole(GateFact? fact) =>
        fact is { Name: not null, Said: not null, Tests: not null, Cached: not null, Strange: not null, Log: not null, Hash: not null };

    private static string HashOf(string path)
    {
        try
        {
            // What is no file has no length either, and opening it could wait for ever.
            if (new FileInfo(path) is { Length: 0 })
            {
                return Convert.ToHexStringLower(SHA256.HashData([]));
            }
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }
}

[JsonSerializable(typeof(GateFact[]))]
internal sealed partial class GateFactJson : JsonSerializerContext;
