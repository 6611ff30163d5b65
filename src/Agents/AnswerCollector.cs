using System.Text;

namespace Orchestrator.Agents;

/// <summary>Collects the text of an agent that was asked for an answer instead of work.</summary>
/// <param name="isWanted">True to collect the text, or false to ignore it.</param>
internal sealed class AnswerCollector(bool isWanted)
{
    /// <summary>
    /// Maximum number of characters to collect. No useful answer is longer, and the limit prevents excessive output from exhausting memory.
    /// </summary>
    internal const int Limit = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>Collected text, with each piece on a separate line. Null if no text was collected.</summary>
    internal string? Text => _text.Length > 0 ? _text.ToString() : null;

    internal void Add(string piece)
    {
        if (isWanted && _text.Length < Limit)
        {
            _text.Append(piece).Append('\n');
        }
    }
}
