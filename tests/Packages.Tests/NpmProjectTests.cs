using Orchestrator.Gates.Packages;

namespace Orchestrator.Packages.Tests;

public sealed class NpmProjectTests
{
    private const string Locked = """{"packages": {"": {"name": "x"}, "node_modules/a": {"resolved": "https://r/a.tgz"}}}""";

    [Theory]
    [InlineData("""{"name": "x", "scripts": {"test": "node t.js"}}""", Locked, true)]
    [InlineData("""{"name": "x"}""", Locked, true)]
    [InlineData("""{"scripts": {"postinstall": "node make.js"}}""", Locked, false)]
    [InlineData("""{"scripts": {"prepare": "husky"}}""", Locked, false)]
    [InlineData("""{"workspaces": ["packages/*"]}""", Locked, false)]
    [InlineData("{}", """{"packages": {"node_modules/a": {"resolved": "../a", "link": true}}}""", false)]
    [InlineData("{}", """{"packages": {"packages/a": {"name": "a"}}}""", false)]
    [InlineData("{}", """{"packages": {"node_modules/a": {"resolved": "file:a.tgz"}}}""", false)]
    [InlineData("{}", """{"lockfileVersion": 1, "dependencies": {}}""", false)]
    [InlineData("", Locked, false)]
    [InlineData("[]", Locked, false)]
    [InlineData("{}", "no lock", false)]
    public void InstallsPackagesAlone_IsTrueWhereNothingOfTheProjectIsRunOrLinked(string manifest, string lockFile, bool expected) =>
        Assert.Equal(expected, NpmProject.InstallsPackagesAlone(manifest, lockFile));
}
