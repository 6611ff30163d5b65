using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A reference to a phase, with its position in the file.</summary>
internal readonly record struct PhaseReference(string Id, FieldFilePosition At);

/// <summary>Reads references between phases, given as arrows in the master plan or as dependencies of a phase.</summary>
internal static partial class PhaseDependencyReader
{
    // Longer lines are not lists of phases.
    private const int LongestLine = 2000;

    private static readonly string[] Nothing = ["", "n/a", "na", "none", "nothing", "-", "–", "—", "null", "no"];

    /// <summary>
    /// Returns a pair of dependent and dependency for each arrow in lines such as <c>Phase 1 --> Phase 2</c>. Accepts chains of arrows, and
    /// lists on either side of an arrow. Arrows between other words are ignored.
    /// </summary>
    public static IEnumerable<(string Waits, PhaseReference For)> Arrows(
        IReadOnlyList<MarkdownLine> lines,
        IReadOnlySet<string> known,
        string file,
        FaultList faults
    )
    {
        foreach (var line in lines.Where(l => l.Text.Length <= LongestLine))
        {
            var sides = Arrow().Split(line.Text);
            var isAboutPhases = sides.Length > 1 && line.Level == 0 && (PhaseWord().IsMatch(line.Text) || IsDependencySection(line));
            if (!isAboutPhases)
            {
                continue;
            }
            List<(string Id, bool IsPhase)[]> groups = [.. sides.Select(side => Ids(side, known))];
            foreach ((var id, var isPhase) in groups.SelectMany(g => g))
            {
                if (isPhase && !known.Contains(id))
                {
                    var near = NearestName.Of(id, known);
                    faults.Add(
                        "unknown-dependency",
                        FaultSeverity.Error,
                        line.Number,
                        line.Text.IndexOf(id, StringComparison.Ordinal) + 1,
                        "",
                        $"The arrow names phase '{id}', which is not in the table.",
                        near is null ? "Name a phase of the table, or remove the line." : $"Did you mean '{near}'?"
                    );
                }
            }
            for (var i = 1; i < groups.Count; i++)
            {
                foreach ((var before, _) in groups[i - 1].Where(g => known.Contains(g.Id)))
                {
                    foreach ((var after, _) in groups[i].Where(g => known.Contains(g.Id)))
                    {
                        yield return (after, new PhaseReference(before, new FieldFilePosition(file, line.Number, 1, "")));
                    }
                }
            }
        }
    }

    /// <summary>Returns the phases named in a <c>Depends On</c> line, either by number or by a link to the phase's file.</summary>
    /// <param name="text">Text after the colon.</param>
    /// <param name="byFile">Phase ids by the name of the phase file, without folders.</param>
    /// <param name="known">Ids of all phases.</param>
    /// <param name="at">Position of the line.</param>
    public static IEnumerable<PhaseReference> DependsOn(
        string text,
        IReadOnlyDictionary<string, string> byFile,
        IReadOnlySet<string> known,
        FieldFilePosition at
    )
    {
        if (
            text.Length > LongestLine
            || Nothing.Contains(InlineMarkdownParser.Plain(text).Trim().TrimEnd('.').ToLowerInvariant(), StringComparer.Ordinal)
        )
        {
            yield break;
        }
        foreach (var part in Separator().Split(text))
        {
            var plain = InlineMarkdownParser.Plain(part);
            if (Nothing.Contains(plain.Trim().ToLowerInvariant(), StringComparer.Ordinal))
            {
                continue;
            }
            var file =
                InlineMarkdownParser.LinkTarget(part)?.Split('/')[^1]
                ?? (plain.EndsWith(".md", StringComparison.OrdinalIgnoreCase) ? plain.Split('/')[^1] : null);
            if (file is not null && byFile.TryGetValue(file, out var phase))
            {
                yield return new PhaseReference(phase, at);
                continue;
            }
            foreach ((var id, _) in Ids(plain, known).DefaultIfEmpty((plain, false)))
            {
                yield return new PhaseReference(id, at);
            }
        }
    }

    /// <summary>True if a text names phases, so that a preceding word such as <c>Requires</c> declares a dependency on them.</summary>
    public static bool NamesPhases(string text)
    {
        if (text.Length > LongestLine)
        {
            return false;
        }
        string[] parts = [.. Separator().Split(text).Select(part => part.Trim())];
        return Array.Exists(parts, IsPhase)
            || Array.TrueForAll(parts, part => part.Length > 0 && part.All(c => char.IsAsciiDigit(c) || c == '.'));
    }

    private static bool IsPhase(string part) =>
        InlineMarkdownParser.LinkTarget(part)?.EndsWith(".md", StringComparison.OrdinalIgnoreCase) is true
        || (InlineMarkdownParser.Plain(part).StartsWith("phase", StringComparison.OrdinalIgnoreCase) && PhaseWord().IsMatch(part));

    private static bool IsDependencySection(MarkdownLine line) => line.Section.Contains("depend", StringComparison.OrdinalIgnoreCase);

    // Examples: "Phase 1", "Phases 1 & 2", "1", "**Phase 1** (Setup)", "P1[Setup]".
    private static (string Id, bool IsPhase)[] Ids(string side, IReadOnlySet<string> known)
    {
        var plain = InlineMarkdownParser.Plain(side.Trim().TrimStart('-', '*', '+', '>').Trim()).Trim('|', ';', ' ');
        var named = PhaseWord().Matches(plain);
        if (named.Count > 0)
        {
            var ids = named.Select(m => m.Groups["id"].Value.TrimEnd('.')).ToList();

            // In "Phases 1, 2 and 3" the word occurs only once.
            ids.AddRange(Separator().Split(plain[(named[^1].Index + named[^1].Length)..]).Select(p => p.Trim()).Where(known.Contains));
            return [.. ids.Distinct(StringComparer.Ordinal).Select(id => (id, true))];
        }
        return
        [
            .. Separator()
                .Split(plain)
                .Select(p => Node().Match(p.Trim()).Groups["id"].Value)
                .Select(id => known.Contains(id) ? id : MasterPlanPhaseTableReader.IdOf(id))
                .Where(known.Contains)
                .Select(id => (id, false)),
        ];
    }

    [GeneratedRegex(@"-{1,3}>|={1,2}>|→|⟶|➜", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Arrow();

    [GeneratedRegex(@"\bphases?[\s_#-]*(?<id>\d[\w.-]*|[A-Za-z]\b(?!\w))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PhaseWord();

    [GeneratedRegex(@"\s*(?:,|&|\+|;|\band\b)\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?:P(?=\d))?(?<id>[\w.-]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Node();
}
