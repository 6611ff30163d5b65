namespace Orchestrator.Plans;

/// <summary>
/// Finds, among many names with wildcards, those that could overlap with a given name because their fixed prefixes and suffixes are
/// compatible. Searches either by prefix or by suffix, whichever leaves fewer candidates. Thousands of names like <c>*_1.py</c> or
/// <c>mod1_*</c> are therefore never compared in pairs.
/// </summary>
internal sealed class GlobPrefixSuffixIndex
{
    private readonly SortedPrefixIndex _prefixes;
    private readonly SortedPrefixIndex _suffixes;

    public GlobPrefixSuffixIndex(IReadOnlyList<GlobPathSegment> segments)
    {
        _prefixes = new SortedPrefixIndex([.. segments.Select(s => s.Prefix)]);
        _suffixes = new SortedPrefixIndex([.. segments.Select(s => Reversed(s.Suffix))]);
    }

    /// <summary>
    /// Returns the indexes of the segments that may overlap with the given one. Each of them still needs a full comparison.
    /// </summary>
    public IEnumerable<int> Candidates(GlobPathSegment query)
    {
        var suffix = Reversed(query.Suffix);
        return _prefixes.Count(query.Prefix) <= _suffixes.Count(suffix) ? _prefixes.Find(query.Prefix) : _suffixes.Find(suffix);
    }

    private static string Reversed(string text)
    {
        var letters = text.ToCharArray();
        Array.Reverse(letters);
        return new string(letters);
    }

    /// <summary>Sorted strings, in which all strings with a given prefix are adjacent.</summary>
    private sealed class SortedPrefixIndex
    {
        private readonly string[] _texts;
        private readonly int[] _positions;
        private readonly Dictionary<string, (int Start, int End)> _equal = new(StringComparer.Ordinal);

        public SortedPrefixIndex(string[] texts)
        {
            _positions = [.. Enumerable.Range(0, texts.Length)];
            _texts = texts;
            Array.Sort(_texts, _positions, StringComparer.Ordinal);
            for (var i = 0; i < _texts.Length; i++)
            {
                _equal[_texts[i]] = _equal.TryGetValue(_texts[i], out var range) ? (range.Start, i + 1) : (i, i + 1);
            }
        }

        public int Count(string text) => Ranges(text).Sum(r => r.End - r.Start);

        public IEnumerable<int> Find(string text) => Ranges(text).SelectMany(r => _positions[r.Start..r.End]);

        // Finds texts that start with the given text, and texts that are a prefix of it.
        private IEnumerable<(int Start, int End)> Ranges(string text)
        {
            var start = FirstNot(0, other => string.CompareOrdinal(other, text) < 0);
            yield return (start, FirstNot(start, other => other.StartsWith(text, StringComparison.Ordinal)));
            for (var length = 0; length < text.Length; length++)
            {
                if (_equal.TryGetValue(text[..length], out var range))
                {
                    yield return range;
                }
            }
        }

        /// <summary>
        /// Finds, by binary search from <paramref name="low"/> on, the index of the first string for which a predicate is false. The
        /// predicate must be true for all earlier strings and false for all later ones.
        /// </summary>
        private int FirstNot(int low, Func<string, bool> isTrue)
        {
            var high = _texts.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = isTrue(_texts[middle]) ? (middle + 1, high) : (low, middle);
            }
            return low;
        }
    }
}
