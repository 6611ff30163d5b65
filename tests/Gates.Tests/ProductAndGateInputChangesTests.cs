using System.Text;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class ProductAndGateInputChangesTests
{
    [Theory]
    [InlineData("tests/test_a.py", true)]
    [InlineData("tests/data/list.json", true)]
    [InlineData("src/__snapshots__/a.test.js.snap", true)]
    [InlineData("conftest.py", true)]
    [InlineData("pytest.ini", true)]
    [InlineData(".npmrc", true)]
    [InlineData("check.sh", true)]
    [InlineData("node_modules/jest/index.js", true)]
    [InlineData("src/a.py", false)]
    [InlineData("docs/tests.md", false)]
    public async Task Supports_OfATasksChanges_AreWhatGatesRestOn(string path, bool isSupport)
    {
        var basis = await OfAsync("{}", File(path), File("src/b.py"));

        Assert.Equal(isSupport ? [path] : [], basis.Supports.Select(file => file.Path));
        Assert.Equal(isSupport ? ["src/b.py"] : [path, "src/b.py"], basis.Product.Select(file => file.Path));
    }

    [Fact]
    public async Task Supports_ManifestWithOtherPackages_StaysWithItsLockFile()
    {
        ChangedFile[] files = [File("package.json"), File("package-lock.json")];

        Assert.Empty((await OfAsync("""{"dependencies":{"left-pad":"1.3.0"}}""", files)).Supports);
        Assert.Equal(files, (await OfAsync("""{"scripts":{"test":"true"}}""", files)).Supports);
    }

    private static async Task<ProductAndGateInputChanges> OfAsync(string manifest, params ChangedFile[] changed) =>
        new(
            changed,
            await GateInputFiles.OfAsync(
                [new Gate("sh check.sh"), new Gate("npm test"), new Gate("pytest")],
                ["check.sh", "package.json", "src/a.py", "src/a.js"],
                changed,
                _ => Task.FromResult<byte[]?>("{}"u8.ToArray()),
                _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(manifest))
            )
        );

    private static ChangedFile File(string path) =>
        new(path, FileChange.Modified, "100644", "100644", new string('1', 40), new string('2', 40));
}
