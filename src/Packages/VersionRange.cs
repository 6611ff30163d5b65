namespace Orchestrator.Packages;

/// <summary>The versions that a requirement allows, by their numbers: from one to another. Suffixes (pre-releases, build marks) are left to
/// the package manager, and so is a requirement that can't be read, which allows everything.</summary>
/// <param name="Low">The lowest; null: there is none.</param>
/// <param name="HasLow">That one is allowed itself.</param>
/// <param name="High">The highest; null: there is none.</param>
/// <param name="HasHigh">That one is allowed itself.</param>
public sealed record VersionRange(IReadOnlyList<long>? Low, bool HasLow, IReadOnlyList<long>? High, bool HasHigh)
{
    private static readonly string[] Operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">", "=", "^", "~"];

    /// <summary>Any version.</summary>
    public static VersionRange All { get; } = new(null, HasLow: true, null, HasHigh: true);

    /// <summary>Reads a requirement.</summary>
    /// <param name="requirement">Such as <c>&gt;=2.0,&lt;3</c>; empty: any version.</param>
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

    /// <summary>True if a version may be in both ranges.</summary>
    public bool Meets(VersionRange other)
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

    /// <summary>The numbers at the start of a version; null where there are none.</summary>
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
