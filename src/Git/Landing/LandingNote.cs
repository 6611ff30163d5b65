namespace Orchestrator.Git.Landing;

/// <summary>The intended moves of one run's landings, each recorded before it is done, so that it can be taken back later.</summary>
/// <param name="Target">The target branch, a full ref name.</param>
/// <param name="Moves">The moves of the target, the first one first; at least one.</param>
public sealed record LandingNote(string Target, IReadOnlyList<LandingMove> Moves)
{
    /// <summary>The note's file name in a run's folder.</summary>
    public const string FileName = "landing-note";

    /// <summary>The commit of the last landing.</summary>
    public string Commit => Moves[^1].Commit;

    /// <summary>The moves, consecutive ones joined: between those that remain, others have moved the target.</summary>
    public IReadOnlyList<LandingMove> Joined()
    {
        var joined = new List<LandingMove>();
        foreach (var move in Moves)
        {
            if (joined is [.., var last] && last.Commit == move.Before)
            {
                joined[^1] = last with { Commit = move.Commit };
            }
            else
            {
                joined.Add(move);
            }
        }
        return joined;
    }

    /// <summary>Writes the note, replacing an earlier one.</summary>
    public void Write(string path) =>
        DurableFile.Write(path, $"{Target}\n{string.Concat(Moves.Select(move => $"{move.Before}\n{move.Commit}\n"))}");

    /// <summary>Reads it; null if there was no landing, or the file is no such note.</summary>
    public static LandingNote? TryRead(string path) =>
        DurableFile.TryRead(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var target, _, _, ..] lines
        && lines.Skip(1).All(IsCommit)
            ? new LandingNote(
                target,
                [.. lines.Skip(1).Chunk(2).Where(pair => pair.Length == 2).Select(pair => new LandingMove(pair[0], pair[1]))]
            )
            : null;

    private static bool IsCommit(string line) => line.Length is 40 or 64 && line.All(char.IsAsciiHexDigitLower);
}

/// <summary>One landing.</summary>
/// <param name="Before">Where the target was.</param>
/// <param name="Commit">The commit it was to get.</param>
public sealed record LandingMove(string Before, string Commit);
