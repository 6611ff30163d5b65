using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A file that does one thing is short, and so is a type, over however many files it is spread.</summary>
public sealed class FileSizeTests
{
    private const int Most = 500;
    private const int Widest = 140;

    /// <summary>
    /// Types that are longer, and why. One that is not any more fails as well, so that the list only gets shorter.
    /// </summary>
    private static readonly Dictionary<string, string> Left = new(StringComparer.Ordinal)
    {
        ["Temporalio.Workflows.Workflow"] = "the static class of the official SDK by which workflow code is written; its members only call",
    };

    [Fact]
    public void Sources_AreNotLongerThanAPersonReadsAtOnce() =>
        Assert.Empty(
            from file in ProjectFiles.Sources()
            let lines = File.ReadLines(file).Count()
            where lines > Most
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)} has {lines} lines; {Most} are enough: divide it by what its "
                + "parts are about"
        );

    [Fact]
    public void Lines_AreNotWiderThanTheStyleHasThem() =>
        Assert.Empty(
            from file in ProjectFiles.Sources()
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Widest
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}:{line.Index + 1} has {line.Item.Length} columns; {Widest} are "
                + "enough: break the text, or give a part of it a name"
        );

    [Fact]
    public void Types_OfSeveralFiles_AreNotLongerThanAFileMayBe()
    {
        var types =
            from file in ProjectFiles.ProductSources()
            from part in PartialTypes.In(File.ReadAllText(file))
            group part.Lines by part.Name into parts
            select (Name: parts.Key, Lines: parts.Sum(), Files: parts.Count());
        var longer = types.Where(type => type.Lines > Most).ToDictionary(type => type.Name);

        Assert.Empty(
            longer
                .Values.Where(type => !Left.ContainsKey(type.Name))
                .Select(type =>
                    $"{type.Name} has {type.Lines} lines in {type.Files} files; {Most} are enough: make classes with one concern each of it"
                )
        );
        Assert.Empty(Left.Keys.Where(name => !longer.ContainsKey(name)).Select(name => $"{name} is short now: take it from the list"));
    }
}
