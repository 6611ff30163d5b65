using System.Security.Cryptography;

namespace Orchestrator.Runs.Gates;

/// <summary>Result of one gate at one commit, for reports.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Said">The result as text.</param>
/// <param name="Tests">Number of tests as text; empty: none could be counted.</param>
/// <param name="Seconds">How long it took; null: it did not run.</param>
/// <param name="ExitCode">Its exit code; null: it had none.</param>
/// <param name="Cached">Source of a cached result; empty: it ran.</param>
/// <param name="Strange">What looked unusual; empty: nothing.</param>
/// <param name="Log">File with its output, relative to the repository; empty: it did not run.</param>
/// <param name="Hash">SHA-256 of that file when the gate had ended, in hexadecimal; empty: there was no file.</param>
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

/// <summary>Gate results of a commit, stored beside their logs in <c>facts.json</c> with the hash of each log, so that later changes of a
/// log are detected.</summary>
internal static class GateFacts
{
    private const string FileName = "facts.json";

    /// <summary>Stores gate results.</summary>
    /// <param name="evidence">Folder with their logs.</param>
    /// <param name="outcomes">The results.</param>
    public static void Write(RunFiles files, string evidence, IReadOnlyList<GateVerdict> outcomes)
    {
        GateFact[] facts = [.. outcomes.Select(o => Of(files, o))];
        Directory.CreateDirectory(evidence);
        DurableFile.Write(Path.Combine(evidence, FileName), JsonSerializer.SerializeToUtf8Bytes(facts, GateFactJson.Default.GateFactArray));
    }

    /// <summary>Gate results of a task's attempt.</summary>
    /// <returns>Empty where nothing was stored; null: the file was changed by something else.</returns>
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

    /// <summary>How a gate's log was changed since it ended; null: unchanged.</summary>
    /// <param name="repository">Absolute path that logs are relative to.</param>
    /// <param name="fact">The gate's result.</param>
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
            // Anything but a regular file has no length, and opening it could block.
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
