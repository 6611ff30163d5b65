namespace Orchestrator.Runs.Tasks.Secrets;

/// <summary>An added line that seems to contain a secret, without the secret.</summary>
/// <param name="File">Path in the repository.</param>
/// <param name="Line">Number of the line; 0: it is about no line.</param>
/// <param name="Kind">The kind, for people.</param>
/// <param name="Text">The text before it.</param>
internal sealed record FoundSecret(string File, int Line, string Kind, string Text)
{
    public override string ToString() => Line > 0 ? $"{FileNames.Show(File)}:{Line} ({Kind})" : $"{FileNames.Show(File)} ({Kind})";
}
