using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class PythonContractImplementationCheckerTests
{
    private static readonly InterfaceContractDefinition Store = new()
    {
        Name = "Store",
        FilePath = "contracts/store.py",
        Methods = ["get(key: str, default: str = '') -> str", "async load(path: str) -> None", "close"],
    };

    private const string Rest = "    async def load(self, path): ...\n    def close(self, force=False): ...\n";

    [Theory]
    [InlineData("    def get(self, key: str, default: str = \"a, (b\") -> str:\n        return key\n")]
    [InlineData(
        "    def get(\n        self,\n        key,  # the (key\n        default=None,\n        *,\n        deep=False,\n    ):\n        "
            + "return key\n"
    )]
    [InlineData("    def get(self, *args, **kwargs): ...\n")]
    [InlineData("    @staticmethod\n    def get(key, default=None): ...\n")]
    [InlineData("    @overload\n    def get(self, key: int) -> str: ...\n    def get(self, key, default=''): ...\n")]
    [InlineData("    get = other\n")]
    [InlineData(
        "    \"\"\"\nText at the margin that would end the class.\n    def get(self): ...\n    \"\"\"\n    def get(self, key, "
            + "default=None): ...\n"
    )]
    public void Problems_HeldContract_None(string get) => Assert.Empty(Find($"class Memory(store.Store):\n{get}{Rest}\nx = 1\n"));

    [Theory]
    [InlineData("    def fetch(self, key): ...\n", "it has no method get. The contract has: get(key: str, default: str = '') -> str")]
    [InlineData("    # def get(self, key, default): ...\n", "it has no method get. ")]
    [InlineData("    def get(self, key): ...\n", "its method get can't be called with the contract's signature: get(")]
    [InlineData("    def get(self, key, default): ...\n", "its method get can't")]
    [InlineData("    def get(self, default, key): ...\n", "its method get can't")]
    [InlineData("    def get(self, key, default, more): ...\n", "its method get can't")]
    [InlineData("    def get(self, name, default): ...\n", "its method get can't")]
    [InlineData("    async def get(self, key, default): ...\n", "its method get can't")]
    public void Problems_BrokenContract_IsNamedWithFileClassAndMethod(string get, string expected)
    {
        var problem = Assert.Single(Find($"import x\n\nclass Memory(Store):\n{get}{Rest}"));

        Assert.StartsWith(
            "'src/memory.py': class Memory declares that it implements Store, but " + expected,
            problem,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("class Memory:\n    pass\n")]
    [InlineData("class Memory(Storehouse):\n    pass\n")]
    [InlineData("class Store(Protocol):\n    pass\n")]
    [InlineData("class Larger(Store, Protocol):\n    pass\n")]
    [InlineData("class Memory(Base, Store):\n    pass\n")]
    [InlineData("'''\nclass Memory(Store):\n    pass\n'''\n")]
    [InlineData("class Memory(Store")]
    [InlineData("'''Store")]
    [InlineData("x = 'Store\\")]
    public void Problems_NothingCertain_None(string source) => Assert.Empty(Find(source));

    [Fact]
    public void Problems_BareName_SaysNothingAboutParameters() =>
        Assert.Empty(
            PythonContractImplementationChecker.Problems(
                Store with
                {
                    Methods = ["close"],
                },
                "a.py",
                "class M(Store):\n    def close(self, how): ...\n"
            )
        );

    [Fact]
    public void Problems_ContractOfAnotherLanguage_None() =>
        Assert.Empty(
            PythonContractImplementationChecker.Problems(Store with { FilePath = "store.ts" }, "a.py", "class M(Store):\n    pass\n")
        );

    private static List<string> Find(string source) => [.. PythonContractImplementationChecker.Problems(Store, "src/memory.py", source)];
}
