using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class InterfaceContractResolutionResultTests
{
    private const string Path = "contracts/store.py";

    private static readonly InterfaceContractDefinition Store = new()
    {
        Name = "Store",
        FilePath = Path,
        Methods = ["get(key: str) -> str"],
        Consumers = ["a"],
    };

    private static readonly InterfaceContractDefinition Older = Store with { Methods = ["get(key: str, deep: bool) -> str"] };

    [Fact]
    public void Of_NoFile_IsWritten()
    {
        var found = Of(Store);

        Assert.Equal(InterfaceContractStub.Of(Store)!.Content, Assert.Single(found.Unwritten).Content);
        Assert.Single(found.Stubs);
        Assert.Empty(found.Errors.Concat(found.Warnings));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Of_SameContent_IsInForceAndNotWrittenAgain(string lineEnd)
    {
        var found = Of(Store, InterfaceContractStub.Of(Store)!.Content.ReplaceLineEndings(lineEnd));

        Assert.Single(found.Stubs);
        Assert.Empty(found.Unwritten);
        Assert.Empty(found.Errors.Concat(found.Warnings));
    }

    [Fact]
    public void Of_UneditedStubOfAnEarlierVersion_IsReplacedAndNamed()
    {
        var found = Of(Store, InterfaceContractStub.Of(Older)!.Content);

        Assert.Equal(InterfaceContractStub.Of(Store)!.Version, Assert.Single(found.Unwritten).Version);
        Assert.Contains(
            $"from version {InterfaceContractStub.Of(Older)!.Version} to {InterfaceContractStub.Of(Store)!.Version}",
            Assert.Single(found.Warnings),
            StringComparison.Ordinal
        );
        Assert.Empty(found.Errors);
    }

    [Fact]
    public void Of_FileOfAPerson_IsRefused()
    {
        foreach (
            var content in new[]
            {
                "class Store: pass\n",
                InterfaceContractStub.Of(Older)!.Content + "# mine\n",
                InterfaceContractStub.Of(Older with { Name = "Other" })!.Content,
            }
        )
        {
            var found = Of(Store, content);

            Assert.Contains($"'{Path}' already exists", Assert.Single(found.Errors), StringComparison.Ordinal);
            Assert.Empty(found.Unwritten);
        }
    }

    [Fact]
    public void Of_FileOfAPersonAndNoMethods_IsTheContract()
    {
        const string Content = "class Store: pass\n";

        var stub = Assert.Single(Of(Store with { Methods = [] }, Content).Stubs);

        Assert.Equal((Content, ContractFileVersionCalculator.VersionOf(Content)), (stub.Content, stub.Version));
        Assert.Empty(Of(Store with { Methods = [] }, Content).Unwritten);
    }

    [Fact]
    public void Of_NoStubPossible_HoldsNobodyAndIsNamedWhereTheReaderCouldNot()
    {
        var named = Of(Store with { FilePath = null });
        var unnamed = Of(Store with { Name = "The store", Methods = [] });
        var asItStands = Of(Store with { Name = "The store", Methods = [] }, "class Store: pass\n");

        Assert.Empty(named.Stubs.Concat(unnamed.Stubs));
        Assert.Empty(named.Warnings.Concat(asItStands.Warnings));
        Assert.StartsWith("'The store' is not a valid name for an interface.", Assert.Single(unnamed.Warnings), StringComparison.Ordinal);
        Assert.Single(asItStands.Stubs);
    }

    [Fact]
    public void Of_TwoInOneFile_IsRefused() =>
        Assert.Contains(
            "'Store' and 'Second'",
            Assert.Single(Of(new Plan { Contracts = [Store, Store with { Name = "Second" }] }).Errors),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("a.py")]
    [InlineData("a.ts")]
    [InlineData("a.cs")]
    [InlineData("pkg/a.go")]
    [InlineData("A.java")]
    public void VersionOf_StubOfEveryLanguage_IsItsVersion(string file)
    {
        var stub = InterfaceContractStub.Of(
            new InterfaceContractDefinition
            {
                Name = "Store",
                FilePath = file,
                Methods = ["ping"],
            }
        )!;

        Assert.Equal(stub.Version, ContractFileVersionCalculator.VersionOf(stub.Content));
        Assert.True(ContractFileVersionCalculator.IsUneditedStub(stub.Content, "Store"));
        Assert.NotEqual(stub.Version, ContractFileVersionCalculator.VersionOf(stub.Content + "x"));
        Assert.False(ContractFileVersionCalculator.IsUneditedStub(stub.Content + "x", "Store"));
    }

    private static InterfaceContractResolutionResult Of(InterfaceContractDefinition contract, string? content = null) =>
        Of(new Plan { Contracts = [contract] }, content);

    private static InterfaceContractResolutionResult Of(Plan plan, string? content = null) =>
        InterfaceContractResolutionResult.Of(
            plan,
            content is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [Path] = content }
        );
}
