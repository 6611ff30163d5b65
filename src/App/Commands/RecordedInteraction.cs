namespace Orchestrator.App.Commands;

/// <summary>
/// Records messages instead of displaying them, so that a user can read them after the command has ended. Questions are not answered.
/// </summary>
internal sealed class RecordedInteraction : IUserInteraction
{
    private const int MostLines = 10_000;
    private readonly List<string> _lines = [];

    /// <inheritdoc/>
    public bool IsInteractive => false;

    /// <summary>The recorded messages, one per line. If the number of lines exceeds a limit, only the first lines are kept.</summary>
    public string Text => string.Join('\n', _lines);

    /// <inheritdoc/>
    public void Inform(string line) => Add(new UntrustedText(line).Line);

    /// <inheritdoc/>
    public void Inform(UntrustedText block) => _lines.AddRange(block.Block().Take(MostLines - _lines.Count));

    /// <inheritdoc/>
    public void Warn(string line) => Add($"warning: {new UntrustedText(line).Line}");

    /// <inheritdoc/>
    public bool? Ask(string question, bool byDefault = false) => null;

    private void Add(string line)
    {
        if (_lines.Count < MostLines)
        {
            _lines.Add(line);
        }
    }
}
