using System.Text;

namespace Orchestrator.Agents;

/// <summary>Collects an agent's text, for callers that requested an answer instead of work.</summary>
/// <param name="isWanted">False: nothing is kept.</param>
internal sealed class SpokenText(bool isWanted)
{
    /// <summary>Maximum characters: no answer is as long, and a flood of output must not fill the memory.</summary>
    internal const int Limit = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>The text, each piece on a separate line; null if there is none, or it is not collected.</summary>
    internal string? Text => _text.Length > 0 ? _text.ToString() : null;

    internal void Add(string piece)
    {
        if (isWanted && _text.Length < Limit)
        {
            _text.Append(piece).Append('\n');
        }
    }
}
