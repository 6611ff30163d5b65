using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A file that does one thing is short, and so is a type, over however many files it is spread.</summary>
public sealed class FileSizeTests
{
    private const int Most = 500;
    private const int Widest = 140;

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
        Assert.Empty(
            from type in types
            where type.Lines > Most
            select $"{type.Name} has {type.Lines} lines in {type.Files} files; {Most} are enough: make classes with one concern each of it"
        );
    }
}
