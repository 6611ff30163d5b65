using Xunit;

namespace Orchestrator.Plans.Tests;

/// <summary>The one table of ecosystems, and what is asked of it.</summary>
public class EcosystemTests
{
    public static TheoryData<string> LockFiles => [.. Ecosystems.All.SelectMany(row => row.LockFiles)];

    public static TheoryData<string> Names => [.. Ecosystems.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(LockFiles))]
    public void LockFile_OfAnyPackageManager_IsOneForAllThatAsk(string name)
    {
        Assert.True(Ecosystems.IsLockFile($"web/{name}"));
        Assert.True(Ecosystems.IsGenerated($"web/{name}"));
        Assert.True(EnvironmentHash.Counts($"web/{name}"));
        Assert.Single(Ecosystems.All, row => row.IsAboutPackages(name));
    }

    [Theory]
    [InlineData("bun.lock")]
    [InlineData("bun.lockb")]
    [InlineData("pdm.lock")]
    [InlineData("mix.lock")]
    [InlineData("flake.lock")]
    [InlineData("deno.lock")]
    [InlineData("gradle.lockfile")]
    [InlineData("go.work.sum")]
    public void LockFile_ThatSomeListsForgot_IsInTheTable(string name) =>
        Assert.Contains(name, Ecosystems.All.SelectMany(row => row.LockFiles));

    [Theory]
    [MemberData(nameof(Names))]
    public void Row_OfTheTable_SaysNothingTwiceAndReadsFirstWhatDecides(string name)
    {
        var row = Ecosystems.Of(name);

        Assert.Single(Ecosystems.All, other => other.Name == name);
        Assert.All(
            [row.Programs, row.Sources, row.Configuration, row.ReadFirst, row.Manifests, row.Tests, row.OutputFolders, row.Output],
            list => Assert.Equal(list.Distinct(), list)
        );
        Assert.All(row.OutputBeside, output => Assert.DoesNotContain(output.Folder, row.OutputFolders));
        Assert.All(row.ReadFirst, first => Assert.Contains(first, row.Configuration));
        Assert.True(row.Tests.Count == 0 || row.Sources.Count > 0, "A test's name ends as a source does.");
        Assert.All(row.Gates, gate => Assert.Equal(gate.Files.Count == 0, row.Roots.Count > 0));
        Assert.All(row.Gates, gate => Assert.Equal(gate.Type, GateDefinitionGrammar.Of(gate.Command).Type));
    }

    [Theory]
    [InlineData("src/list.test.ts", true)]
    [InlineData("src/list.spec.mjs", true)]
    [InlineData("pkg/list_test.go", true)]
    [InlineData("app/test_list.py", true)]
    [InlineData("src/ListTests.fs", true)]
    [InlineData("src/ListIT.java", true)]
    [InlineData("lib/list_spec.rb", true)]
    [InlineData("test/list_test.exs", true)]
    [InlineData("src/list_test.md", false)]
    [InlineData("src/contest.py", false)]
    [InlineData("src/latest.ts", false)]
    [InlineData("src/Testing.cs", false)]
    public void Test_ByItsName_IsWhatItsRunnerFinds(string path, bool isTest) => Assert.Equal(isTest, Ecosystems.IsTestName(path));

    [Theory]
    [InlineData("tests/list.rs", true, true)]
    [InlineData("spec/list.sh", true, true)]
    [InlineData("specs/list.py", true, true)]
    [InlineData("__tests__/list.tsx", true, true)]
    [InlineData("tests/data/list.json", false, true)]
    [InlineData("src/list_spec.lua", false, true)]
    [InlineData("src/test_list.nim", false, true)]
    [InlineData("tests/README.md", false, false)]
    [InlineData("tests/conftest.py", true, false)]
    [InlineData("src/test.py", false, false)]
    [InlineData("latest/list.py", false, false)]
    public void Test_InAFolderOfTests_IsOne_AndWhatLiesBesideItBelongsToTests(string path, bool isTest, bool belongs) =>
        Assert.Equal((isTest, belongs), (Ecosystems.IsTest(path), Ecosystems.BelongsToTests(path)));

    [Theory]
    [InlineData("jest.config.mjs", true, true)]
    [InlineData("web/tsconfig.build.json", true, false)]
    [InlineData("NuGet.config", true, true)]
    [InlineData("Taskfile.dist.yaml", true, false)]
    [InlineData("src/list.ts", false, false)]
    [InlineData(".env", false, true)]
    public void Configuration_OfRunners_IsKnownByName(string path, bool configures, bool isReadFirst) =>
        Assert.Equal((configures, isReadFirst), (Ecosystems.IsConfiguration(path), Ecosystems.IsReadFirst(path)));

    [Theory]
    [InlineData("pnpm run lint", GateType.Lint)]
    [InlineData("bun run typecheck", GateType.TypeCheck)]
    [InlineData("npm test", GateType.Test)]
    [InlineData("npm t", GateType.Test)]
    [InlineData("make test", GateType.Test)]
    [InlineData("make", GateType.Build)]
    [InlineData("mix test", GateType.Test)]
    [InlineData("makeup", GateType.Custom)]
    public void Command_OfAKnownProgram_HasTheTypeOfItsRow(string command, GateType type) =>
        Assert.Equal(type, GateDefinitionGrammar.Of(command).Type);

    [Theory]
    [InlineData("yarn", "package.json", "yarn.lock", "package-lock.json")]
    [InlineData("bun", "package.json", "bun.lock")]
    [InlineData("npm", "package.json", "npm-shrinkwrap.json")]
    [InlineData(null, "package.json")]
    public void ManagerOf_LockFilesOfARoot_IsTheFirstThatHasOne(string? manager, params string[] names) =>
        Assert.Equal(manager, Ecosystems.JavaScript.ManagerOf(names)?.Name);
}
