using Orchestrator.Processes;

namespace Orchestrator.Git.Landing;

/// <summary>What a landing was about to do, noted before it is done, so that it can be taken back at any time after.</summary>
/// <param name="Target">The target branch, a full ref name.</param>
/// <param name="Before">Where it was.</param>
/// <param name="Commit">The commit it was to get.</param>
public sealed record LandingNote(string Target, string Before, string Commit)
{
    /// <summary>Its name in a run's folder.</summary>
    public const string FileName = "landing-note";

    /// <summary>Writes the note, replacing an earlier one.</summary>
    public void Write(string path) => DurableFile.Write(path, $"{Target}\n{Before}\n{Commit}\n");

    /// <summary>Reads it back; null if nothing was about to land.</summary>
    public static LandingNote? TryRead(string path) =>
        DurableFile.TryRead(path)?.Split('\n') is [var target, var before, var commit, ..] ? new LandingNote(target, before, commit) : null;
}
