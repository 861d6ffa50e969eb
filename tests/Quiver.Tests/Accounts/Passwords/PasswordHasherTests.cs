using Quiver.Accounts.Passwords;

namespace Quiver.Tests.Accounts.Passwords;

public sealed class PasswordHasherTests
{
    private readonly PasswordHasher _hasher = new(TimeProvider.System, cost: 10);

    [Fact]
    public void A_password_is_recognized_and_no_other()
    {
        var hash = _hasher.Hash("correct horse");

        Assert.StartsWith("$2b$10$", hash, StringComparison.Ordinal);
        Assert.Equal(PasswordCheck.Right, _hasher.Check("correct horse", hash));
        Assert.Equal(PasswordCheck.Wrong, _hasher.Check("correct horsf", hash));
        Assert.NotEqual(hash, _hasher.Hash("correct horse"));
    }

    /// <summary>The published vectors of bcrypt.</summary>
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    public void Hashes_of_other_programs_are_recognized_and_are_old(string password, string hash)
    {
        Assert.Equal(PasswordCheck.RightButOld, _hasher.Check(password, hash));
        Assert.Equal(PasswordCheck.Wrong, _hasher.Check(password + "x", hash));
    }

    [Fact]
    public void The_end_of_a_long_password_counts()
    {
        var (one, other) = (new string('p', 72) + "1", new string('p', 72) + "2");
        var hash = _hasher.Hash(one);

        Assert.Equal(PasswordCheck.Right, _hasher.Check(one, hash));
        Assert.Equal(PasswordCheck.Wrong, _hasher.Check(other, hash));
        Assert.Equal(PasswordCheck.Wrong, _hasher.Check(new string('p', 72), hash));
    }

    [Fact]
    public void Long_is_counted_in_bytes()
    {
        var password = new string('é', 40);
        Assert.Equal(PasswordCheck.Wrong, _hasher.Check(password + "x", _hasher.Hash(password)));
    }

    [Fact]
    public void A_long_password_that_was_cut_off_elsewhere_still_opens_and_is_old()
    {
        var elsewhere = _hasher.Hash(new string('p', 72));
        Assert.Equal(PasswordCheck.RightButOld, _hasher.Check(new string('p', 80), elsewhere));
    }

    [Fact]
    public void A_hash_of_another_cost_is_old()
    {
        var dear = new PasswordHasher(TimeProvider.System, cost: 11);
        Assert.Equal(PasswordCheck.RightButOld, dear.Check("correct horse", _hasher.Hash("correct horse")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("correct horse")]
    [InlineData("$2b$10$")]
    [InlineData("$2b$10$~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~")]
    [InlineData("$2b$99$......................................................")]
    [InlineData("sha384+bcrypt:")]
    public void What_is_no_hash_opens_to_nobody(string? hash) => Assert.Equal(PasswordCheck.Wrong, _hasher.Check("correct horse", hash));

    [Theory]
    [InlineData(1, 12)]
    [InlineData(25, 12)]
    [InlineData(26, 11)]
    [InlineData(50, 11)]
    [InlineData(51, 10)]
    [InlineData(500, 10)]
    [InlineData(0, 12)]
    public void The_cost_is_what_the_machine_affords_in_100_ms(int millisecondsAtTen, int cost) =>
        Assert.Equal(cost, PasswordHasher.CostFor(TimeSpan.FromMilliseconds(millisecondsAtTen)));

    [Fact]
    public void Measured_here_it_is_one_of_the_three() => Assert.InRange(new PasswordHasher(TimeProvider.System).Cost, 10, 12);
}
