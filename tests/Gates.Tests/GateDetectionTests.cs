using Orchestrator.Gates.Detection;
using Orchestrator.Plans;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class GateDetectionTests
{
    [Theory]
    [InlineData("package.json", """{"scripts":{"test":"vitest","lint":"eslint .","start":"node ."}}""", "npm run lint|npm run test")]
    [InlineData("package.json", """{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}""", "")]
    [InlineData("package.json", "not json", "")]
    [InlineData("App.sln", "", "dotnet build|dotnet test")]
    [InlineData("App.csproj", "", "dotnet build|dotnet test")]
    [InlineData("Cargo.toml", "", "cargo build|cargo test")]
    [InlineData("go.mod", "module x", "go build ./...|go vet ./...|go test ./...")]
    [InlineData(
        "pyproject.toml",
        "[tool.ruff]\n[tool.mypy]\n[project.optional-dependencies]\ndev=[\"pytest\"]",
        "python3 -m mypy .|python3 -m ruff check .|python3 -m pytest"
    )]
    [InlineData("requirements.txt", "flask\n", "")]
    [InlineData("Makefile", "CC := gcc\ntest: all\n\tx\nbuild :\n\ty\n", "make build|make test")]
    [InlineData("README.md", "test: nothing", "")]
    public void Manifest_OfOneKind_GivesItsGates(string file, string text, string expected)
    {
        using TempFolder folder = new();
        folder.Write(file, text);

        Assert.Equal(expected, string.Join('|', GateDetection.Detect(folder.Path).Select(gate => gate.Command)));
    }

    [Fact]
    public void LockFile_OfAnotherManager_ChoosesIt()
    {
        using TempFolder folder = new();
        folder.Write("package.json", """{"scripts":{"test":"jest"}}""");
        folder.Write("pnpm-lock.yaml", "");

        Assert.Equal(["pnpm run test"], GateDetection.Detect(folder.Path).Select(gate => gate.Command));
    }

    [Fact]
    public void Makefile_BesideAnotherManifest_OnlyFillsGaps()
    {
        using TempFolder folder = new();
        folder.Write("go.mod", "module x");
        folder.Write("Makefile", "test:\n\tgo test\ntypecheck:\n\tx\n");

        Assert.Equal(
            ["go build ./...", "make typecheck", "go vet ./...", "go test ./..."],
            GateDetection.Detect(folder.Path).Select(gate => gate.Command)
        );
    }

    [Theory]
    [InlineData("tests/test_app.py", true)]
    [InlineData("pkg/app_test.go", true)]
    [InlineData("src/app.test.tsx", true)]
    [InlineData("src/Greeter.Tests/GreeterTests.cs", true)]
    [InlineData("src/main/java/AppTest.java", true)]
    [InlineData("src/__tests__/helper.js", true)]
    [InlineData("src/contest.py", false)]
    [InlineData("docs/testing.md", false)]
    [InlineData("src/latest.ts", false)]
    public void Path_ByItsName_IsTestOrNot(string path, bool expected) => Assert.Equal(expected, Ecosystems.IsTest(path));
}
