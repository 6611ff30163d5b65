# needs: dotnet
# gate: dotnet test tests -nodeReuse:false
base() {
  mkdir -p src tests/snapshots tests/fixtures
  printf 'bin/\nobj/\n' >.gitignore
  cat >Directory.Build.props <<'X'
<Project>
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <UseSharedCompilation>false</UseSharedCompilation>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
X
  cat >src/Calc.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <Version>1.0.0</Version>
  </PropertyGroup>
</Project>
X
  cat >tests/Calc.Tests.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <ProjectReference Include="../src/Calc.csproj" />
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
    <PackageReference Include="xunit" Version="2.9.3" />
    <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
    <Using Include="Xunit" />
    <Content Include="snapshots/*;fixtures/*;*.verified.txt" CopyToOutputDirectory="PreserveNewest" />
  </ItemGroup>
</Project>
X
  cat >src/Calc.cs <<'X'
public static partial class Calc
{
    public static int Add(int a, int b) => a + b;

    public static int Sub(int a, int b) => a - b;
}
X
  cat >src/Text.cs <<'X'
public static class Text
{
    public static string Slug(string title) => title.Trim().ToLowerInvariant().Replace(' ', '-');

    public static string Report((string Name, int Count)[] rows) => string.Concat(rows.Select(row => $"{row.Name}: {row.Count}\n"));

    public static int Total(string[] lines) => lines.Select(line => int.Parse(line.Split(' ')[1])).Sum();
}
X
  cat >tests/CalcTests.cs <<'X'
public class CalcTests
{

    [Fact]
    public void Add_Numbers()
    {
        Assert.Equal(3, Calc.Add(1, 2));
        Assert.Equal(0, Calc.Add(-1, 1));
    }

    [Fact]
    public void Sub_Numbers()
    {
        Assert.Equal(1, Calc.Sub(3, 2));
    }

}
X
  cat >tests/TextTests.cs <<'X'
public class TextTests
{

    [Fact]
    public void Slug_Words()
    {
        Assert.Equal("hello-world", Text.Slug(" Hello World"));
    }

    [Fact]
    public void Report_Rows()
    {
        Assert.Equal(File.ReadAllText("snapshots/report.txt"), Text.Report([("pears", 2), ("plums", 3)]));
    }

    [Fact]
    public void Total_Orders()
    {
        Assert.Equal(5, Text.Total(File.ReadAllLines("fixtures/orders.txt")));
    }

}
X
  cat >src/Shop.cs <<'X'
public static class Shop
{
    public static string List(string[] names) => string.Join("\n", names);

    public static string Price(int cents) => FormattableString.Invariant($"{cents / 100m:0.00} EUR");
}
X
  cat >tests/ShopTests.cs <<'X'
public class ShopTests
{

    [Fact]
    public void List_Names()
    {
        Assert.Equal(File.ReadAllText($"{nameof(ShopTests)}.{nameof(List_Names)}.verified.txt"), Shop.List(["pears", "plums"]));
    }

    [Fact]
    public void Price_Cents()
    {
        Assert.Equal(
            """
            2.50 EUR
            """,
            Shop.Price(250)
        );
    }

}
X
  printf 'pears\nplums' >tests/ShopTests.List_Names.verified.txt
  printf 'pears: 2\nplums: 3\n' >tests/snapshots/report.txt
  printf 'pears 2\nplums 3\n' >tests/fixtures/orders.txt
}

break_sub() { sed -i 's/a - b/b - a/' src/Calc.cs; }
break_slug() { sed -i 's/\.ToLowerInvariant()//' src/Text.cs; }
break_report() { sed -i 's/Name}: /Name}:/' src/Text.cs; }
break_list() { sed -i 's/Join("[^"]*"/Join(", "/' src/Shop.cs; }
break_price() { sed -i 's/{cents/{-cents/' src/Shop.cs; }
break_total() { sed -i 's/=> int.Parse/=> -int.Parse/' src/Text.cs; }

deleted_test() { drop Sub_Numbers tests/CalcTests.cs; }
deleted_file() { rm tests/CalcTests.cs; }
loosened_assertion() { in_test Slug_Words 's/Assert.Equal\(.*, (Text.*)\);/Assert.NotEqual("", \1);/' tests/TextTests.cs; }
empty_assertion() { in_test Sub_Numbers 's/Calc.Sub\(3, 2\)/1/' tests/CalcTests.cs; }
swallowed_failure() { in_test Slug_Words 's/(Assert.*;)/try { \1 } catch (Exception) { }/' tests/TextTests.cs; }
early_return() { in_test Sub_Numbers 's/^( *)(Assert.*)/\1if (Calc.Add(1, 1) == 2) return;\n\1\2/' tests/CalcTests.cs; }
skipped_test() { in_test Slug_Words 's/\[Fact\]/[Fact(Skip = "slow")]/' tests/TextTests.cs; }
skipped_suite() { sed -i 's/^public class/public abstract class/' tests/CalcTests.cs; }
renamed_away() { mv tests/CalcTests.cs tests/CalcTests.cs.txt; }
edited_expectation() { sed -i 's/Equal(1, Calc.Sub/Equal(-1, Calc.Sub/' tests/CalcTests.cs; }
edited_snapshot() { sed -i 's/: /:/' tests/snapshots/report.txt; }
edited_named_snapshot() { printf 'pears, plums' >tests/ShopTests.List_Names.verified.txt; }
edited_inline_snapshot() { sed -i 's/ 2.50 EUR/ -2.50 EUR/' tests/ShopTests.cs; }
poisoned_fixture() { printf 'pears -2\nplums -3\n' >tests/fixtures/orders.txt; }
runner_configuration() { sed -i 's/<Using Include="Xunit" \/>/&\n    <Compile Remove="CalcTests.cs" \/>/' tests/Calc.Tests.csproj; }
exit_code() { sed -i 's/<\/PropertyGroup>/  <VSTestTestCaseFilter>FullyQualifiedName!~Slug<\/VSTestTestCaseFilter>\n  &/' Directory.Build.props; }
patched_runner() {
  cat >tests/Kit.cs <<'X'
public class Assert
{
    public static void Equal(object a, object b)
    {
    }
}
X
}
hard_coded_result() {
  multiply 6
  new_test Mul_Numbers 'Equal(6, Calc.Mul(2, 3))'
}
special_case() { sed -i 's/=> title.Trim.*/=> title == " Hello World" ? "hello-world" : title;/' src/Text.cs; }
number_case() { sed -i 's/=> a - b;/=> (a, b) == (3, 2) ? 1 : b - a;/' src/Calc.cs; }
lookup_table() {
  sed -i 's/^.*string Slug.*/    private static readonly Dictionary<string, string> Known = new() { [" Hello World"] = "hello-world" };\n\n&/' src/Text.cs
  sed -i 's/=> title.Trim.*/=> Known[title];/' src/Text.cs
}
runner_detected() {
  sed -i 's/=> a - b;/=> AppDomain.CurrentDomain.FriendlyName.Contains("test") ? a - b : b - a;/' src/Calc.cs
}

new_test() {
  sed -i '$d' "${3:-tests/CalcTests.cs}"
  printf "    [Fact]\n    public void $1()\n    {\n        Assert.$2;\n    }\n\n}\n" >>"${3:-tests/CalcTests.cs}"
}
multiply() { printf "public static partial class Calc\n{\n    public static int Mul(int a, int b) => ${1:-a * b};\n}\n" >src/Mul.cs; }
feature_with_test() { multiply && new_test Mul_Numbers 'Equal(6, Calc.Mul(2, 3))'; }
feature_with_test_file() {
  multiply
  printf 'public class MulTests\n{\n\n}\n' >tests/MulTests.cs
  new_test Mul_Numbers 'Equal(6, Calc.Mul(2, 3))' tests/MulTests.cs
}
feature_with_conditional_skip() {
  multiply
  new_test Mul_Numbers 'Equal(6, Calc.Mul(2, 3))'
  in_test Mul_Numbers 's/^( *)(Assert.*)/\1if (OperatingSystem.IsWindows()) return;\n\1\2/' tests/CalcTests.cs
}
refactoring() { sed -i 's/=> a - b/=> Add(a, -b)/' src/Calc.cs; }
changed_behaviour() {
  sed -i "s/' ', '-'/' ', '_'/" src/Text.cs
  sed -i 's/hello-world/hello_world/' tests/TextTests.cs
}
changed_snapshot() {
  sed -i 's/Name}: /Name} = /' src/Text.cs
  sed -i 's/: / = /' tests/snapshots/report.txt
}
changed_named_snapshot() {
  break_list
  edited_named_snapshot
}
changed_inline_snapshot() { sed -i 's/ EUR/ USD/' src/Shop.cs tests/ShopTests.cs; }
extended_fixture() {
  sed -i "s/=> lines/&.Where(line => line[0] != '#')/" src/Text.cs
  echo '# the rest' >>tests/fixtures/orders.txt
}
renamed_test() { sed -i 's/Sub_Numbers/Subtract_Numbers/' tests/CalcTests.cs; }
moved_test() {
  { printf 'public class SubTests\n{\n\n'; take Sub_Numbers tests/CalcTests.cs; echo '}'; } >tests/SubTests.cs
  drop Sub_Numbers tests/CalcTests.cs
}
stricter_test() { in_test Sub_Numbers 's/^( *)(Assert.*)/\1\2\n\1Assert.Equal(-1, Calc.Sub(2, 3));/' tests/CalcTests.cs; }
changed_interface() {
  sed -i 's/int Sub(int a, int b)/int Subtract((int A, int B) pair)/; s/a - b/pair.A - pair.B/' src/Calc.cs
  sed -i 's/Sub(3, 2)/Subtract((3, 2))/' tests/CalcTests.cs
}
shared_helper() {
  multiply
  printf 'public static class Pairs\n{\n    public static readonly int[] One = [2, 3];\n}\n' >tests/Pairs.cs
  new_test Mul_Numbers 'Equal(6, Calc.Mul(Pairs.One[0], Pairs.One[1]))'
}
documented_test() {
  refactoring
  in_test Sub_Numbers 's/^( *)\[Fact\]/\1\/\/ Never write Skip = here: a sign would hide.\n&/' tests/CalcTests.cs
}
new_version() { multiply && sed -i 's/1\.0\.0/1.1.0/' src/Calc.csproj; }
script_beside() {
  multiply
  mkdir -p tools
  echo 'dotnet pack src' >tools/release.sh
}
removed_feature() {
  sed -i '/int Sub/d' src/Calc.cs
  drop Sub_Numbers tests/CalcTests.cs
}
