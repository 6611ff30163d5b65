namespace Orchestrator.Gates.Packages;

/// <summary>Range of version numbers that a requirement allows. Suffixes (pre-releases, build metadata) are ignored. A requirement that
/// can't be parsed allows every version, because the package manager checks it later.</summary>
/// <param name="Low">Lowest version, or null for no lower bound.</param>
/// <param name="HasLow">True if the lowest version itself is allowed.</param>
/// <param name="High">Highest version, or null for no upper bound.</param>
/// <param name="HasHigh">True if the highest version itself is allowed.</param>
public sealed record VersionRange(IReadOnlyList<long>? Low, bool HasLow, IReadOnlyList<long>? High, bool HasHigh)
{
    private static readonly string[] Operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">", "=", "^", "~"];

    /// <summary>Range that contains every version.</summary>
    public static VersionRange All { get; } = new(null, HasLow: true, null, HasHigh: true);

    /// <summary>Parses the version requirement of a package.</summary>
    /// <param name="requirement">Requirement such as <c>&gt;=2.0,&lt;3</c>, or empty for any version.</param>
    /// <param name="bare">Meaning of a version without an operator: <c>==</c>, <c>^</c> or <c>&gt;=</c>.</param>
    public static VersionRange Read(string requirement, string bare)
    {
        var range = All;
        foreach (var part in requirement.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var sign = Array.Find(Operators, o => part.StartsWith(o, StringComparison.Ordinal)) ?? "";
            if (part.Contains('|', StringComparison.Ordinal) || One(sign.Length == 0 ? bare : sign, part[sign.Length..]) is not { } one)
            {
                return All;
            }
            range = range.And(one);
        }
        return range;
    }

    /// <summary>True if at least one version can be in both ranges.</summary>
    public bool Overlaps(VersionRange other)
    {
        var both = And(other);
        if (both.Low is not { } low || both.High is not { } high)
        {
            return true;
        }
        var order = Compare(low, high);
        return order < 0 || (order == 0 && both.HasLow && both.HasHigh);
    }

    private static VersionRange? One(string sign, string text)
    {
        var isPart = text.EndsWith(".*", StringComparison.Ordinal) || text.EndsWith(".x", StringComparison.Ordinal);
        if (Numbers(isPart ? text[..^2] : text) is not { } version)
        {
            return null;
        }
        return sign switch
        {
            "==" or "===" or "=" => isPart ? From(version, Next(version, version.Count - 1)) : new(version, true, version, true),
            ">=" => new(version, true, null, true),
            ">" => new(version, false, null, true),
            "<=" => new(null, true, version, true),
            "<" => new(null, true, version, false),
            "~=" => From(version, Next(version, Math.Max(0, version.Count - 2))),
            "~" => From(version, Next(version, Math.Min(1, version.Count - 1))),
            "^" => From(version, Next(version, FirstTelling(version))),
            _ => All,
        };
    }

    private static VersionRange From(IReadOnlyList<long> low, IReadOnlyList<long> high) => new(low, true, high, false);

    private static int FirstTelling(List<long> version) =>
        version.Select((number, at) => (number, at)).FirstOrDefault(v => v.number > 0, (0, version.Count - 1)).Item2;

    private static IReadOnlyList<long> Next(List<long> version, int place) => [.. version.Take(place), version[place] + 1];

    private VersionRange And(VersionRange other)
    {
        var (low, hasLow) = Stricter(Low, HasLow, other.Low, other.HasLow, higher: true);
        var (high, hasHigh) = Stricter(High, HasHigh, other.High, other.HasHigh, higher: false);
        return new VersionRange(low, hasLow, high, hasHigh);
    }

    private static (IReadOnlyList<long>? Bound, bool IsIn) Stricter(
        IReadOnlyList<long>? one,
        bool isOneIn,
        IReadOnlyList<long>? other,
        bool isOtherIn,
        bool higher
    )
    {
        if (one is null || other is null)
        {
            return one is null ? (other, isOtherIn) : (one, isOneIn);
        }
        var order = Compare(one, other) * (higher ? 1 : -1);
        return order == 0 ? (one, isOneIn && isOtherIn)
            : order > 0 ? (one, isOneIn)
            : (other, isOtherIn);
    }

    private static int Compare(IReadOnlyList<long> one, IReadOnlyList<long> other) =>
        Enumerable
            .Range(0, Math.Max(one.Count, other.Count))
            .Select(at => one.ElementAtOrDefault(at).CompareTo(other.ElementAtOrDefault(at)))
            .FirstOrDefault(order => order != 0);

    /// <summary>Returns the numbers at the start of a version, or null if there are none.</summary>
    private static List<long>? Numbers(string text)
    {
        var numbers = new List<long>();
        foreach (var part in text.TrimStart('v').Split('.'))
        {
            var digits = new string([.. part.TakeWhile(char.IsAsciiDigit)]);
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == long.MaxValue)
            {
                break;
            }
            numbers.Add(number);
            if (digits.Length < part.Length)
            {
                break;
            }
        }
        return numbers.Count == 0 ? null : numbers;
    }
}
