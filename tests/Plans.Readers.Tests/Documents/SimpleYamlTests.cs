using System.Text;
using Orchestrator.Plans.Readers.Documents;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.Documents;

/// <summary>The fast reader gives up or gives exactly what the whole YAML parser gives: the same values at the same places.</summary>
public sealed class SimpleYamlTests
{
    private static readonly string[] Pieces =
    [
        "\n", "\n\n", "  ", "   \n", "\n  ", ":", ": ", " :", "- ", "-", "- - ", "[", "]", "[a, b]", "{a: 1}", "[]", "{}", ", ", ",", "&a ", "*a", "<<: *a", "!!str ", "---\n", "...\n", "|", "|-", ">", "|\n", "'", "\"",
        "''", "\\n", "\\", " #", "#", "# c\n", "%", "@", "`", "? ", "é", "😀", "~", "null", "\r\n", "x: |\n    a\n\n   b\n", "-1", ".5", "a b: c", "\n- a", "\nk:\n", "\n    k: v\n",
    ];

    public static TheoryData<string> Corpus() => new(Files());

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Approved.Folder("../TaskGraphs/Plans"), "*.yaml").Concat(Directory.EnumerateFiles(Approved.Folder("../../../samples"), "*.yaml", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).Select(Path.GetFullPath);

    [Theory]
    [MemberData(nameof(Corpus))]
    public void TryRead_EachPlanOfTheCorpus_GivesTheSameTreeOrNone(string file)
    {
        if (PlanText.TryDecode(File.ReadAllBytes(file), file, out string? text, out _))
            AssertSame(text);
    }

    [Fact]
    public void TryRead_TenThousandMutations_GiveTheSameTreeOrNone()
    {
        string[] seeds = [.. Files().Select(file => PlanText.TryDecode(File.ReadAllBytes(file), file, out string? text, out _) ? text : "").Where(text => text.Length is > 0 and < 4000), .. Forms];
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATE_SEED"), out int given) ? given : Environment.TickCount;
        var random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < 10_000; round++)
        {
            string text = Part(seeds[random.Next(seeds.Length)], random);
            for (int n = random.Next(1, 5); n > 0; n--)
                text = Mutated(text, random);
            try
            {
                accepted += AssertSame(text) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"ORCHESTRATE_SEED={seed}, round {round}:\n{text}", e);
            }
        }

        Assert.InRange(accepted, 500, 10_000);
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void TryRead_WhatPeopleWrite_IsReadWithoutTheWholeParser(string text) => Assert.True(AssertSame(text));

    public static TheoryData<string> Written() => new(Forms);

    private static readonly string[] Forms =
    [
        "a: b\n", "a: b", "- a\n- b\n", "a:\n- b\n- c\nd: e\n", "a:\n  - b\n  -  c: d\n     e: f\n", "# c\n\na: b # c\nb: 'it is'\nc: \"x \\\"y\\\" \\n\"\n", "a: [b, 'c', \"d\", -e, 1.5]\nb: {c: d, e: [f, {g: h}]}\n",
        "a: |\n  b\n   c\n\n  d\n\ne: |-\n  f\n", "a: |\n  b\n", "a:\r\n  - b: c\r\n    d: |\r\n      e\r\n      f\r\n", "a: b:c\nd: http://x/y#z\ne: -1\nf: ~\ng: x, y [z] {w}\n", "a: []\nb: {}\nc: (x) = y\n", "- id: x\n  p: |\n    one\n    two\n- id: y\n",
    ];

    private static bool AssertSame(string text)
    {
        if (SimpleYaml.TryRead(text) is not { } simple)
            return false;
        var faults = new FaultList("plan.yaml");
        DocumentNode? whole = YamlTree.ReadWhole(text, faults);
        Assert.Equal("", string.Join('\n', faults.Sorted()));
        Assert.Equal(Describe(whole!), Describe(simple));
        return true;
    }

    private static string Describe(DocumentNode root)
    {
        var text = new StringBuilder();
        Describe(root, 0, text);
        return text.ToString();
    }

    private static void Describe(DocumentNode node, int depth, StringBuilder text)
    {
        text.Append(' ', depth).Append(node.Line).Append(':').Append(node.Column).Append(' ').Append(node.Weight).Append(' ');
        switch (node)
        {
            case ScalarNode scalar:
                text.Append(scalar.IsPlain ? "plain " : "text ").Append(scalar.Text.Replace("\n", "\\n", StringComparison.Ordinal)).Append("|\n");
                break;
            case SequenceNode sequence:
                text.Append("list\n");
                sequence.Items.ForEach(item => Describe(item, depth + 1, text));
                break;
            case MappingNode mapping:
                text.Append("mapping\n");
                foreach ((ScalarNode key, DocumentNode value) in mapping.Entries)
                {
                    Describe(key, depth + 1, text);
                    Describe(value, depth + 2, text);
                }

                break;
        }
    }

    // Short texts meet more of the rules than long ones in the same time.
    private static string Part(string text, Random random)
    {
        string[] lines = text.Split('\n');
        int from = random.Next(lines.Length);
        return string.Join('\n', lines[..Math.Min(lines.Length, from + random.Next(1, 12))].Skip(random.Next(3) == 0 ? from : 0));
    }

    private static string Mutated(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(1, 6), text.Length - at);
        return random.Next(5) switch
        {
            0 => text[..at] + text[(at + length)..],
            1 or 2 => text[..at] + Pieces[random.Next(Pieces.Length)] + text[at..],
            3 => text[..at] + new string(' ', random.Next(1, 4)) + text[at..],
            _ => text[..at] + text[at..(at + length)] + text[at..],
        };
    }
}
