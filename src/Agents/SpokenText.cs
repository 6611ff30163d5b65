using System.Text;

namespace Orchestrator.Agents;

/// <summary>What an agent says, kept as one text for who asked for an answer and not for work.</summary>
/// <param name="isWanted">False: nothing is kept.</param>
internal sealed class SpokenText(bool isWanted)
{
    /// <summary>Characters. No answer is as long; what floods its output must not fill the memory.</summary>
    private const int Limit = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>All of it, each piece on a line of its own; null if nothing was said, or nothing is kept.</summary>
    internal string? Text => _text.Length > 0 ? _text.ToString() : null;

    internal void Add(string piece)
    {
        if (isWanted && _text.Length < Limit)
        {
            _text.Append(piece).Append('\n');
        }
    }
}
