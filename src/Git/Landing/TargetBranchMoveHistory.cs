namespace Orchestrator.Git.Landing;

/// <summary>
/// Record of how a run's landings moved the target branch. Each move is recorded before it happens, so that the landing can be reverted
/// later.
/// </summary>
/// <param name="Target">Full ref name of the target branch.</param>
/// <param name="Moves">Moves of the target, oldest first. At least one.</param>
public sealed record TargetBranchMoveHistory(string Target, IReadOnlyList<TargetBranchMove> Moves)
{
    /// <summary>Name of the landing note file in a run's folder.</summary>
    public const string FileName = "landing-note";

    /// <summary>Commit to which the last recorded move sets the target.</summary>
    public string Commit => Moves[^1].Commit;

    /// <summary>Returns the moves, with consecutive moves joined into one. Moves are not joined if someone else moved the target between
    /// them.</summary>
    public IReadOnlyList<TargetBranchMove> Joined()
    {
        var joined = new List<TargetBranchMove>();
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

    /// <summary>Writes the note to a file and replaces an existing note.</summary>
    public void Write(string path) =>
        DurableFile.Write(path, $"{Target}\n{string.Concat(Moves.Select(move => $"{move.Before}\n{move.Commit}\n"))}");

    /// <summary>Reads the note, or returns null if the file is missing or not a valid note.</summary>
    public static TargetBranchMoveHistory? TryRead(string path) =>
        DurableFile.TryRead(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var target, _, _, ..] lines
        && lines.Skip(1).All(IsCommit)
            ? new TargetBranchMoveHistory(
                target,
                [.. lines.Skip(1).Chunk(2).Where(pair => pair.Length == 2).Select(pair => new TargetBranchMove(pair[0], pair[1]))]
            )
            : null;

    private static bool IsCommit(string line) => line.Length is 40 or 64 && line.All(char.IsAsciiHexDigitLower);
}

/// <summary>A move of the target branch.</summary>
/// <param name="Before">Commit of the target before the landing.</param>
/// <param name="Commit">Commit to land.</param>
public sealed record TargetBranchMove(string Before, string Commit);
