namespace Orchestrator.Plans.Readers.Documents;

/// <summary>
/// A set of characters that is looked through one by one. The framework's vectorised sets are faster on long texts, but their code is
/// compiled anew in each process, which costs a command more than it saves.
/// </summary>
internal sealed class CharTable
{
    private readonly bool[] _has = new bool[128];

    /// <summary>A set of ASCII characters.</summary>
    public CharTable(string ascii)
    {
        foreach (var c in ascii)
        {
            _has[c] = true;
        }
    }

    /// <summary>The place of the first character that is not in the set, or -1.</summary>
    public int IndexOfOther(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= _has.Length || !_has[text[i]])
            {
                return i;
            }
        }

        return -1;
    }
}
