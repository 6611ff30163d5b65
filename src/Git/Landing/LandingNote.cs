namespace Orchestrator.Git.Landing;

/// <summary>What landings of one run were about to do, each noted before it is done, so that it can be taken back at any time
/// after.</summary>
/// <param name="Target">The target branch, a full ref name.</param>
/// <param name="Moves">From where to where each was to move it, the first one first; at least one.</param>
public sealed record LandingNote(string Target, IReadOnlyList<LandingMove> Moves)
{
    /// <summary>Its name in a run's folder.</summary>
    public const string FileName = "landing-note";

    /// <summary>Where the last landing was to bring the target.</summary>
    public string Commit => Moves[^1].Commit;

    /// <summary>The moves with those that follow right on each other put together: between those that are left, others have moved the
    /// target.</summary>
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

    /// <summary>Reads it back; null if nothing was about to land.</summary>
    public static LandingNote? TryRead(string path) =>
        DurableFile.TryRead(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var target, _, _, ..] lines
            ? new LandingNote(
                target,
                [.. lines.Skip(1).Chunk(2).Where(pair => pair.Length == 2).Select(pair => new LandingMove(pair[0], pair[1]))]
            )
            : null;
}

/// <summary>One landing.</summary>
/// <param name="Before">Where the target was.</param>
/// <param name="Commit">The commit it was to get.</param>
public sealed record LandingMove(string Before, string Commit);
