using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class ContractsInForceTests
{
    private const string Path = "contracts/store.py";

    private static readonly ContractSpec Store = new()
    {
        Name = "Store",
        FilePath = Path,
        Methods = ["get(key: str) -> str"],
        Consumers = ["a"],
    };

    private static readonly ContractSpec Older = Store with { Methods = ["get(key: str, deep: bool) -> str"] };

    [Fact]
    public void Of_NoFile_IsWritten()
    {
        var found = Of(Store);

        Assert.Equal(ContractStub.Of(Store)!.Content, Assert.Single(found.Unwritten).Content);
        Assert.Single(found.Stubs);
        Assert.Empty(found.Errors.Concat(found.Warnings));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Of_SameContent_IsInForceAndNotWrittenAgain(string lineEnd)
    {
        var found = Of(Store, ContractStub.Of(Store)!.Content.ReplaceLineEndings(lineEnd));

        Assert.Single(found.Stubs);
        Assert.Empty(found.Unwritten);
        Assert.Empty(found.Errors.Concat(found.Warnings));
    }

    [Fact]
    public void Of_UneditedStubOfAnEarlierVersion_IsReplacedAndNamed()
    {
        var found = Of(Store, ContractStub.Of(Older)!.Content);

        Assert.Equal(ContractStub.Of(Store)!.Version, Assert.Single(found.Unwritten).Version);
        Assert.Contains(
            $"from version {ContractStub.Of(Older)!.Version} to {ContractStub.Of(Store)!.Version}",
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
                ContractStub.Of(Older)!.Content + "# mine\n",
                ContractStub.Of(Older with { Name = "Other" })!.Content,
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

        Assert.Equal((Content, ContractFile.VersionOf(Content)), (stub.Content, stub.Version));
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
        var stub = ContractStub.Of(
            new ContractSpec
            {
                Name = "Store",
                FilePath = file,
                Methods = ["ping"],
            }
        )!;

        Assert.Equal(stub.Version, ContractFile.VersionOf(stub.Content));
        Assert.True(ContractFile.IsUneditedStub(stub.Content, "Store"));
        Assert.NotEqual(stub.Version, ContractFile.VersionOf(stub.Content + "x"));
        Assert.False(ContractFile.IsUneditedStub(stub.Content + "x", "Store"));
    }

    private static EffectiveContracts Of(ContractSpec contract, string? content = null) => Of(new Plan { Contracts = [contract] }, content);

    private static EffectiveContracts Of(Plan plan, string? content = null) =>
        EffectiveContracts.Of(
            plan,
            content is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [Path] = content }
        );
}
